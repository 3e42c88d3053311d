"""Other people's hypermodels as spaces: any `keras_tuner.HyperModel`, any ``build(hp)``."""
