"""ONNX files, by way of TensorFlow's graph."""
