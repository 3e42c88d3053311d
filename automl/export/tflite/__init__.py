"""TFLite (LiteRT) files: a model frozen, converted and written."""
