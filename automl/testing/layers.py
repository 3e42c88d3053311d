"""One small model for each layer that can be exported, and for how layers meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

L = keras.layers

_IMAGE, _STEPS, _VECTOR, _TOKENS = (8, 8, 4), (6, 4), (12,), (6,)
Build = Callable[[Any], Any]
_WEIGHTS = np.random.default_rng(2).normal(size=(4, 2, 3)).astype(np.float32)


def _chain(*layers: Any) -> Build:
    """Applies fresh layers one after the other."""

    def build(x: Any) -> Any:
        for layer in layers:
            x = layer()(x)
        return x

    return build


def _one(name: str, *args: Any, **kwargs: Any) -> Build:
    """Applies one layer of Keras."""
    return lambda x: getattr(L, name)(*args, **kwargs)(x)


def _activation(name: str) -> Build:
    return lambda x: L.Activation(name)(x)


def _conv_bn(name: str, act: str, *args: Any, **kwargs: Any) -> Build:
    """A convolution without bias, normalized, activated."""

    def build(x: Any) -> Any:
        x = getattr(L, name)(*args, use_bias=False, **kwargs)(x)
        return L.Activation(act)(L.BatchNormalization()(x))

    return build


def _squeeze_excite(x: Any) -> Any:
    s = L.GlobalAveragePooling2D(keepdims=True)(x)
    s = L.Dense(2, activation="relu")(s)
    return L.Multiply()([x, L.Dense(x.shape[-1], activation="sigmoid")(s)])


def _squeeze_excite_reshape(x: Any) -> Any:
    s = L.Dense(2, activation="silu")(L.GlobalAveragePooling2D()(x))
    s = L.Dense(x.shape[-1], activation="hard_sigmoid")(s)
    return L.Multiply()([x, L.Reshape((1, 1, x.shape[-1]))(s)])


def _concat_add(x: Any) -> Any:
    a, b = L.Conv2D(4, 3, padding="same")(x), L.Conv2D(4, 1)(x)
    return L.Concatenate()([L.Add()([a, x]), L.Subtract()([a, b]), L.Maximum()([a, b])])


def _shared_layer(x: Any) -> Any:
    conv = L.Conv2D(4, 3, padding="same")
    return L.Average()([L.BatchNormalization()(conv(x)), conv(L.ReLU()(x))])


def _bias_used_twice(x: Any) -> Any:
    y = L.Conv2D(4, 3, padding="same")(x)
    return L.Add()([L.ReLU()(y), L.BatchNormalization()(y)])


def _mha(x: Any, **call: Any) -> Any:
    return L.MultiHeadAttention(2, 3)(x, x, **call)


def _transformer(x: Any) -> Any:
    x = L.Add()([x, _mha(L.LayerNormalization()(x))])
    return L.Add()([x, L.Dense(4)(L.Dense(8, activation="gelu")(L.LayerNormalization()(x)))])


def _small_cnn(x: Any) -> Any:
    x = L.Rescaling(1 / 127.5, offset=-1)(x)
    x = _conv_bn("Conv2D", "relu", 8, 3, padding="same")(x)
    x = _conv_bn("SeparableConv2D", "silu", 12, 3, padding="same")(x)
    x = L.SpatialDropout2D(0.2)(L.MaxPooling2D()(x))
    x = _squeeze_excite(_conv_bn("Conv2D", "gelu", 12, 3, padding="same")(x))
    x = L.Dropout(0.3)(L.GlobalAveragePooling2D()(x))
    return L.Dense(10, activation="softmax")(x)


_IMAGES: dict[str, Build] = {
    "conv2d": _one("Conv2D", 5, 3, activation="relu"),
    "conv2d_same_stride2": _one("Conv2D", 5, 3, strides=2, padding="same"),
    "conv2d_stride2_valid_5x3": _one("Conv2D", 5, (5, 3), strides=(2, 1)),
    "conv2d_dilated_valid": _one("Conv2D", 5, 3, dilation_rate=2, activation="relu"),
    "conv2d_dilated_same": _one("Conv2D", 5, 3, dilation_rate=(2, 3), padding="same"),
    "conv2d_dilated_same_even": _one("Conv2D", 5, 4, dilation_rate=3, padding="same"),
    "conv2d_groups": _one("Conv2D", 6, 3, groups=2, activation="relu", padding="same"),
    "conv2d_groups_bn": _conv_bn("Conv2D", "relu6", 8, 3, groups=2, strides=2, padding="same"),
    "conv2d_groups_depthwise": _one("Conv2D", 8, 3, groups=4, padding="same"),
    "conv2d_bias_bn": _chain(
        lambda: L.Conv2D(5, 3),
        lambda: L.BatchNormalization(),
        lambda: L.ReLU(max_value=6),
    ),
    "conv2d_1x1_elu": _one("Conv2D", 5, 1, activation="elu"),
    "conv2d_sigmoid": _one("Conv2D", 5, 3, activation="sigmoid"),
    "depthwise": _one("DepthwiseConv2D", 3, padding="same", depth_multiplier=2),
    "depthwise_stride2_bn": _conv_bn("DepthwiseConv2D", "relu6", 3, strides=2, padding="same"),
    "depthwise_dilated": _one("DepthwiseConv2D", 3, dilation_rate=2, padding="same"),
    "depthwise_dilated_valid": _one("DepthwiseConv2D", 3, dilation_rate=2, activation="relu"),
    "separable": _one("SeparableConv2D", 6, 3, padding="same", activation="silu"),
    "separable_bn_stride2": _conv_bn("SeparableConv2D", "relu", 6, 3, strides=2, padding="same"),
    "separable_dilated": _one("SeparableConv2D", 6, 3, dilation_rate=2, padding="same"),
    "conv2d_transpose": _one("Conv2DTranspose", 3, 3, strides=2, padding="same"),
    "batch_norm": _one("BatchNormalization"),
    "batch_norm_unscaled": _one("BatchNormalization", scale=False, center=False),
    "layer_norm": _one("LayerNormalization"),
    "layer_norm_3_axes": _one("LayerNormalization", axis=(1, 2, 3)),
    "group_norm": _one("GroupNormalization", groups=2),
    "group_norm_instance": _one("GroupNormalization", groups=-1),
    "unit_norm": _one("UnitNormalization"),
    "prelu": _one("PReLU"),
    "prelu_shared": _one("PReLU", shared_axes=[1, 2]),
    "prelu_conv": _chain(lambda: L.Conv2D(5, 3), lambda: L.PReLU(shared_axes=[1, 2])),
    "leaky_relu": _one("LeakyReLU", negative_slope=0.15),
    "leaky_relu_conv": _one("Conv2D", 5, 3, activation="leaky_relu"),
    "leaky_relu_depthwise": _one("DepthwiseConv2D", 3, activation="leaky_relu"),
    "relu_general": _one("ReLU", max_value=2.0, negative_slope=0.1, threshold=0.2),
    "max_pool": _one("MaxPooling2D"),
    "max_pool_same": _one("MaxPooling2D", 3, strides=2, padding="same"),
    "average_pool": _one("AveragePooling2D", 2),
    "average_pool_same": _one("AveragePooling2D", 3, strides=2, padding="same"),
    "global_average": _one("GlobalAveragePooling2D"),
    "global_max": _one("GlobalMaxPooling2D", keepdims=True),
    "flatten_dense": _chain(lambda: L.Flatten(), lambda: L.Dense(3, activation="tanh")),
    "flatten_conv_flatten": _chain(lambda: L.Conv2D(3, 3), lambda: L.Flatten()),
    "reshape": _one("Reshape", (16, -1)),
    "permute": _one("Permute", (2, 3, 1)),
    "zero_padding": _one("ZeroPadding2D", ((1, 2), (0, 3))),
    "zero_padding_conv": _chain(
        lambda: L.ZeroPadding2D(1), lambda: L.Conv2D(4, 3, strides=2, activation="relu")
    ),
    "cropping": _one("Cropping2D", ((1, 2), (0, 3))),
    "upsample": _one("UpSampling2D", 2),
    "upsample_bilinear": _one("UpSampling2D", 2, interpolation="bilinear"),
    "resizing": _one("Resizing", 5, 7),
    "squeeze_excite": _squeeze_excite,
    "squeeze_excite_reshape": _squeeze_excite_reshape,
    "concat_add": _concat_add,
    "shared_layer": _shared_layer,
    "bias_used_twice": _bias_used_twice,
    "dense_on_image": _one("Dense", 5, activation="relu"),
    "rescaling": _one("Rescaling", 1 / 127.5, offset=-1.0),
    "normalization": _one("Normalization", mean=[0.1, 0.2, 0.3, 0.4], variance=[1, 2, 3, 4]),
    "dropouts": _chain(
        lambda: L.GaussianNoise(0.1),
        lambda: L.SpatialDropout2D(0.5),
        lambda: L.GaussianDropout(0.3),
        lambda: L.Dropout(0.5),
        lambda: L.Conv2D(3, 3),
    ),
    "augmentation": _chain(lambda: L.RandomFlip(), lambda: L.RandomRotation(0.1)),
    "small_cnn": _small_cnn,
}

_ACTIVATIONS = [
    "relu",
    "relu6",
    "elu",
    "selu",
    "gelu",
    "silu",
    "mish",
    "hard_silu",
    "hard_sigmoid",
    "leaky_relu",
    "tanh",
    "sigmoid",
    "softplus",
    "softsign",
    "exponential",
    "softmax",
    "log_softmax",
    "celu",
    "glu",
    "squareplus",
    "tanh_shrink",
    "linear",
]

_SEQUENCES: dict[str, Build] = {
    "conv1d": _one("Conv1D", 5, 3, activation="relu"),
    "conv1d_causal_dilated": _one("Conv1D", 5, 3, padding="causal", dilation_rate=2),
    "conv1d_dilated_same": _one("Conv1D", 5, 3, padding="same", dilation_rate=2),
    "conv1d_dilated_valid": _one("Conv1D", 5, 3, dilation_rate=2, activation="relu"),
    "depthwise1d_dilated": _one("DepthwiseConv1D", 3, dilation_rate=2, padding="same"),
    "conv1d_bn": _conv_bn("Conv1D", "relu", 5, 3, strides=2, padding="same"),
    "conv1d_groups": _one("Conv1D", 6, 3, groups=2, padding="same"),
    "separable1d": _one("SeparableConv1D", 5, 3, padding="same", activation="relu"),
    "depthwise1d": _one("DepthwiseConv1D", 3, padding="same"),
    "max_pool1d": _one("MaxPooling1D"),
    "average_pool1d": _one("AveragePooling1D", 2),
    "global_average1d": _one("GlobalAveragePooling1D"),
    "global_max1d": _one("GlobalMaxPooling1D"),
    "dense": _one("Dense", 5, activation="gelu"),
    "einsum_dense": _one("EinsumDense", "abc,cd->abd", output_shape=(None, 5), bias_axes="d"),
    "einsum_batch": lambda x: keras.ops.einsum("abc,adc->adb", x, x),
    "einsum_outer": lambda x: keras.ops.einsum("abc,ade->abedc", x, x),
    "einsum_weights": lambda x: keras.ops.einsum("abc,cde->adbe", x, _WEIGHTS),
    "einsum_ellipsis": lambda x: keras.ops.einsum("...c,cde->...ed", x, _WEIGHTS),
    "layer_norm": _one("LayerNormalization"),
    "rms_norm": _one("RMSNormalization"),
    "mha": _mha,
    "mha_causal": lambda x: _mha(x, use_causal_mask=True),
    "gqa": lambda x: L.GroupQueryAttention(3, 4, 2)(x, x),
    "attention": lambda x: L.Attention()([x, x]),
    "transformer": _transformer,
    "time_distributed": lambda x: L.TimeDistributed(L.Dense(3))(x),
    "lstm": _one("LSTM", 5),
    "lstm_sequences": _one("LSTM", 5, return_sequences=True),
    "gru": _one("GRU", 5),
    "gru_reset_before": _one("GRU", 5, reset_after=False),
    "simple_rnn": _one("SimpleRNN", 5),
    "bidirectional_lstm": lambda x: L.Bidirectional(L.LSTM(3))(x),
    "bidirectional_gru_sequences": lambda x: L.Bidirectional(L.GRU(3, return_sequences=True))(x),
    "masked_lstm": lambda x: L.LSTM(4)(L.Masking(0.0)(x)),
    "repeat_vector": _chain(lambda: L.GlobalMaxPooling1D(), lambda: L.RepeatVector(3)),
}

_VECTORS: dict[str, Build] = {
    "dense_softmax": _one("Dense", 5, activation="softmax"),
    "dense_bn": _chain(
        lambda: L.Dense(5, use_bias=False),
        lambda: L.BatchNormalization(),
        lambda: L.ReLU(),
    ),
    "dense_leaky_relu": _one("Dense", 5, activation="leaky_relu"),
    "dense_relu6": _one("Dense", 5, activation="relu6"),
    "dense_elu_no_bias": _one("Dense", 5, activation="elu", use_bias=False),
    "dense_scaled": lambda x: L.Rescaling(3.0)(L.Dense(5)(x)),
    "mlp": _chain(
        lambda: L.Normalization(mean=0.5, variance=2.0),
        lambda: L.Dense(8, activation="selu"),
        lambda: L.LayerNormalization(),
        lambda: L.Dense(3, activation="softmax"),
    ),
    "infinite_constant": lambda x: keras.ops.maximum(x, keras.ops.where(x > 9.0, x, -np.inf)),
}

_TOKEN_MODELS: dict[str, Build] = {
    "embedding": _one("Embedding", 20, 4),
    "embedding_pool": _chain(lambda: L.Embedding(20, 4), lambda: L.GlobalAveragePooling1D()),
    "embedding_masked_gru": lambda x: L.GRU(4)(L.Embedding(20, 4, mask_zero=True)(x)),
    "embedding_masked_pool": lambda x: L.GlobalAveragePooling1D()(
        L.Embedding(20, 4, mask_zero=True)(x)
    ),
    "category_encoding": _one("CategoryEncoding", 20, output_mode="multi_hot"),
    "one_hot": _one("CategoryEncoding", 20, output_mode="one_hot"),
}


@dataclass(frozen=True)
class LayerCase:
    """A model of one layer, or of a few.

    Attributes:
        name: What it holds.
        shape: Of one example.
        dtype: Of its input.
        build: Applies the layers to a Keras tensor.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    build: Build

    @property
    def refused_by(self) -> frozenset[str]:
        """The formats whose own converter has no way to hold it, and says so."""
        return _REFUSED.get(self.name, frozenset())

    def model(self, seed: int = 0) -> keras.Model:
        """Returns the model, every weight of it random."""
        inputs = keras.Input(self.shape, dtype=self.dtype, name="x")
        return randomize(keras.Model(inputs, self.build(inputs)), seed)

    def examples(self, count: int = 3) -> NDArray[np.float32]:
        """Returns inputs, count x shape; the last tokens of the second example are missing."""
        random = np.random.default_rng(1)
        if self.dtype == "int32":
            tokens = random.integers(1, 20, (count, *self.shape))
            tokens[1:2, -2:] = 0
            return tokens.astype(np.float32)
        return random.normal(0, 1.5, (count, *self.shape)).astype(np.float32)


def randomize(model: keras.Model, seed: int = 0) -> keras.Model:
    """Gives every float weight of a model a random value.

    Fresh layers have zero biases and unit scales, which hide wrong rewrites.
    """
    random = np.random.default_rng(seed)
    for weight in model.weights:
        kind = np.dtype(weight.dtype).kind if weight.dtype != "bfloat16" else "f"
        if kind != "f":
            continue
        if any(name in weight.path for name in ("variance", "gamma", "scale")):
            value = random.uniform(0.5, 1.5, weight.shape)
        else:
            fan = max(1, int(np.prod(weight.shape[:-1]))) if len(weight.shape) > 1 else 16
            value = random.normal(0, 1 / np.sqrt(fan), weight.shape)
        weight.assign(value.astype("float32"))
    return model


#: TFLite counts no tokens, and its converter takes an outer product's shape for wrong.
_REFUSED = {
    "steps-einsum_outer": frozenset({"tflite"}),
    "tokens-category_encoding": frozenset({"tflite"}),
}
#: Every case; the names are unique.
LAYER_CASES = (
    *(LayerCase(f"image-{n}", _IMAGE, "float32", b) for n, b in _IMAGES.items()),
    *(LayerCase(f"act-{n}", _VECTOR, "float32", _activation(n)) for n in _ACTIVATIONS),
    *(LayerCase(f"steps-{n}", _STEPS, "float32", b) for n, b in _SEQUENCES.items()),
    *(LayerCase(f"vector-{n}", _VECTOR, "float32", b) for n, b in _VECTORS.items()),
    *(LayerCase(f"tokens-{n}", _TOKENS, "int32", b) for n, b in _TOKEN_MODELS.items()),
)
