"""TFLite models as C arrays, for microcontrollers (TensorFlow Lite Micro)."""
