"""What an artifact costs: bytes, operations, milliseconds."""
