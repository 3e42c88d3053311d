"""The models that the TF.js writers are compared on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from search_spaces.testing.cases import offline_space
from search_spaces.testing.inputs import classification_of

L = keras.layers
#: Space and input -> its best first guess is one of the models.
GUESSES = (
    ("cnn", "image 28x28x1"),
    ("mobile", "image 28x28x1"),
    ("micro", "image 28x28x1"),
    ("transformer", "image 28x28x1"),
    ("hybrid", "image 28x28x1"),
    ("mlp", "vector 13"),
    ("tcn", "series 32x9"),
    ("rnn", "series 32x9"),
    ("transformer", "tokens 24"),
)


def _made(build: Callable[[Any], Any], shape: tuple[int, ...], dtype: str = "float32") -> Any:
    inputs = keras.Input(shape, dtype=dtype, name="x")
    return keras.Model(inputs, build(inputs))


def _residual(x: Any) -> Any:
    for _ in range(3):
        y = L.ReLU()(L.BatchNormalization()(L.Conv2D(16, 3, padding="same", use_bias=False)(x)))
        y = L.BatchNormalization()(L.Conv2D(16, 3, padding="same", use_bias=False)(y))
        x = L.ReLU()(L.Add()([L.Conv2D(16, 1)(x), y]))
    return L.Dense(10, activation="softmax")(L.GlobalAveragePooling2D()(x))


def _inverted(x: Any) -> Any:
    for channels in (16, 24):
        y = L.Activation("hard_swish")(L.BatchNormalization()(L.Conv2D(64, 1)(x)))
        y = L.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False)(y)
        y = L.ReLU(6.0)(L.BatchNormalization()(y))
        gate = L.Dense(64, activation="sigmoid")(L.GlobalAveragePooling2D()(y))
        x = L.Conv2D(channels, 1)(L.Multiply()([y, L.Reshape((1, 1, 64))(gate)]))
    return L.Dense(10, activation="softmax")(L.GlobalAveragePooling2D()(x))


def _encoder(x: Any, causal: bool = False) -> Any:
    for _ in range(2):
        y = L.LayerNormalization()(x)
        x = L.Add()([x, L.MultiHeadAttention(4, 8)(y, y, use_causal_mask=causal)])
        y = L.Dense(64, activation="gelu")(L.LayerNormalization()(x))
        x = L.Add()([x, L.Dense(32)(y)])
    return L.Dense(5, activation="softmax")(L.GlobalAveragePooling1D()(x))


LAYERED: dict[str, Callable[[], Any]] = {
    "residual CNN": lambda: _made(_residual, (24, 24, 3)),
    "inverted bottlenecks": lambda: _made(_inverted, (24, 24, 3)),
    "separable convolutions": lambda: _made(
        lambda x: L.SeparableConv2D(24, 3, activation="relu")(L.SeparableConv2D(16, 3)(x)),
        (16, 16, 3),
    ),
    "grouped convolution": lambda: _made(
        lambda x: L.Conv2D(16, 3, groups=4, activation="relu")(x), (16, 16, 8)
    ),
    "dilated convolution": lambda: _made(
        lambda x: L.Conv2D(16, 3, dilation_rate=2, padding="same", activation="elu")(x), (16, 16, 8)
    ),
    "transposed convolution": lambda: _made(
        lambda x: L.Conv2DTranspose(8, 3, strides=2, padding="same")(x), (12, 12, 8)
    ),
    "max and average pooling": lambda: _made(
        lambda x: L.Dense(4)(L.Flatten()(L.AveragePooling2D(2)(L.MaxPooling2D(2)(x)))), (16, 16, 4)
    ),
    "causal Conv1D": lambda: _made(
        lambda x: L.Conv1D(16, 3, padding="causal", dilation_rate=4)(x), (48, 6)
    ),
    "dense, GELU": lambda: _made(lambda x: L.Dense(4)(L.Dense(32, activation="gelu")(x)), (20,)),
    "dense, softsign, mish": lambda: _made(
        lambda x: L.Dense(8, activation="mish")(L.Dense(32, activation="softsign")(x)), (20,)
    ),
    "dense, selu, PReLU": lambda: _made(
        lambda x: L.PReLU()(L.Dense(16)(L.Dense(32, activation="selu")(x))), (20,)
    ),
    "group normalization": lambda: _made(
        lambda x: L.GroupNormalization(4)(L.Conv2D(16, 3)(x)), (12, 12, 4)
    ),
    "encoder": lambda: _made(_encoder, (24, 32)),
    "causal encoder": lambda: _made(lambda x: _encoder(x, causal=True), (24, 32)),
    "embedding, mean": lambda: _made(
        lambda x: L.Dense(3)(L.GlobalAveragePooling1D()(L.Embedding(200, 16)(x))), (32,), "int32"
    ),
    "masked embedding": lambda: _made(
        lambda x: L.Dense(3)(L.GlobalAveragePooling1D()(L.Embedding(200, 16, mask_zero=True)(x))),
        (32,),
        "int32",
    ),
    "one-hot": lambda: _made(
        lambda x: L.Dense(4)(L.CategoryEncoding(9, output_mode="one_hot")(x)), (1,), "int32"
    ),
    "LSTM": lambda: _made(lambda x: L.Dense(4)(L.LSTM(16)(x)), (32, 6)),
    "GRU": lambda: _made(lambda x: L.Dense(4)(L.GRU(16)(x)), (32, 6)),
    "bidirectional LSTM": lambda: _made(
        lambda x: L.Dense(4)(L.Bidirectional(L.LSTM(8))(x)), (24, 6)
    ),
    "resizing": lambda: _made(lambda x: L.Conv2D(4, 3)(L.Resizing(20, 20)(x)), (12, 12, 3)),
}


def models() -> dict[str, Any]:
    """Returns name -> model, every weight of it random, the same in every process."""
    made = {name: build() for name, build in LAYERED.items()}
    for space, kind in GUESSES:
        chosen = offline_space(space, classification_of(kind))
        values = chosen.first_guesses()[0]
        made[f"{space}, {kind}"] = chosen.construct(chosen.architecture(values))
    random = np.random.default_rng(0)
    for model in made.values():
        for weight in model.weights:
            if "float" not in str(weight.dtype):
                continue
            scale = 1.0 / max(1.0, float(np.prod(weight.shape[:-1]))) ** 0.5
            values = random.normal(scale=scale, size=tuple(weight.shape))
            if any(word in weight.path for word in ("variance", "gamma")):
                values = random.uniform(0.5, 1.5, tuple(weight.shape))
            weight.assign(values.astype("float32"))
    return made


def examples(model: Any, count: int = 8) -> np.ndarray:
    """Returns inputs of a model: numbers about zero, or whole numbers from 0 to 8."""
    random = np.random.default_rng(1)
    (given,) = model.inputs
    shape = (count, *given.shape[1:])
    if "int" in str(given.dtype):
        return random.integers(0, 9, shape).astype("int32")
    return random.normal(size=shape).astype("float32")
