"""The TensorFlow Model Optimization Toolkit, in a process of its own.

It works on tf_keras only, and importing it switches a process and its children
over to that. So a Keras 3 model is described in plain data (`describing`), built
again in tf_keras over there (`building`), treated (`treating`), and its weights
come back (`running`).
"""
