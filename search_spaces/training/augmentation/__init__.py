"""Changed copies of training batches, made in NumPy: nothing of it is in the model.

So an exported file is inference only, labels can be mixed along with inputs, and
the same code serves every Keras backend.
"""
