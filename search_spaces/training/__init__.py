"""How a model is trained: the part of a configuration that is no layer."""
