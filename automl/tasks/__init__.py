"""What is asked of the data: target, quality, default objectives."""
