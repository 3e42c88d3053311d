"""Every layer, exported and run by TF.js on cpu and wasm, computes what Keras computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from automl.verify.tfjs_node import TFJSCPURuntime, TFJSWasmRuntime

L = keras.layers

IMAGE, STEPS, VECTOR, TOKENS = (8, 8, 4), (6, 4), (12,), (6,)
Build = Callable[[Any], Any]
WEIGHTS = np.random.default_rng(2).normal(size=(4, 2, 3)).astype(np.float32)


def chain(*layers: Any) -> Build:
    """Applies fresh layers one after the other."""

    def build(x: Any) -> Any:
        for layer in layers:
            x = layer()(x)
        return x

    return build


def one(name: str, *args: Any, **kwargs: Any) -> Build:
    """Applies one layer of Keras."""
    return lambda x: getattr(L, name)(*args, **kwargs)(x)


def activation(name: str) -> Build:
    return lambda x: L.Activation(name)(x)


def conv_bn(name: str, act: str, *args: Any, **kwargs: Any) -> Build:
    """A convolution without bias, normalized, activated."""

    def build(x: Any) -> Any:
        x = getattr(L, name)(*args, use_bias=False, **kwargs)(x)
        return L.Activation(act)(L.BatchNormalization()(x))

    return build


def squeeze_excite(x: Any) -> Any:
    s = L.GlobalAveragePooling2D(keepdims=True)(x)
    s = L.Dense(2, activation="relu")(s)
    return L.Multiply()([x, L.Dense(x.shape[-1], activation="sigmoid")(s)])


def squeeze_excite_reshape(x: Any) -> Any:
    s = L.Dense(2, activation="silu")(L.GlobalAveragePooling2D()(x))
    s = L.Dense(x.shape[-1], activation="hard_sigmoid")(s)
    return L.Multiply()([x, L.Reshape((1, 1, x.shape[-1]))(s)])


def concat_add(x: Any) -> Any:
    a, b = L.Conv2D(4, 3, padding="same")(x), L.Conv2D(4, 1)(x)
    return L.Concatenate()([L.Add()([a, x]), L.Subtract()([a, b]), L.Maximum()([a, b])])


def shared_layer(x: Any) -> Any:
    conv = L.Conv2D(4, 3, padding="same")
    return L.Average()([L.BatchNormalization()(conv(x)), conv(L.ReLU()(x))])


def bias_used_twice(x: Any) -> Any:
    y = L.Conv2D(4, 3, padding="same")(x)
    return L.Add()([L.ReLU()(y), L.BatchNormalization()(y)])


def mha(x: Any, **call: Any) -> Any:
    return L.MultiHeadAttention(2, 3)(x, x, **call)


def transformer(x: Any) -> Any:
    x = L.Add()([x, mha(L.LayerNormalization()(x))])
    return L.Add()([x, L.Dense(4)(L.Dense(8, activation="gelu")(L.LayerNormalization()(x)))])


def small_cnn(x: Any) -> Any:
    x = L.Rescaling(1 / 127.5, offset=-1)(x)
    x = conv_bn("Conv2D", "relu", 8, 3, padding="same")(x)
    x = conv_bn("SeparableConv2D", "silu", 12, 3, padding="same")(x)
    x = L.SpatialDropout2D(0.2)(L.MaxPooling2D()(x))
    x = squeeze_excite(conv_bn("Conv2D", "gelu", 12, 3, padding="same")(x))
    x = L.Dropout(0.3)(L.GlobalAveragePooling2D()(x))
    return L.Dense(10, activation="softmax")(x)


IMAGES: dict[str, Build] = {
    "conv2d": one("Conv2D", 5, 3, activation="relu"),
    "conv2d_same_stride2": one("Conv2D", 5, 3, strides=2, padding="same"),
    "conv2d_stride2_valid_5x3": one("Conv2D", 5, (5, 3), strides=(2, 1)),
    "conv2d_dilated_valid": one("Conv2D", 5, 3, dilation_rate=2, activation="relu"),
    "conv2d_dilated_same": one("Conv2D", 5, 3, dilation_rate=(2, 3), padding="same"),
    "conv2d_dilated_same_even": one("Conv2D", 5, 4, dilation_rate=3, padding="same"),
    "conv2d_groups": one("Conv2D", 6, 3, groups=2, activation="relu", padding="same"),
    "conv2d_groups_bn": conv_bn("Conv2D", "relu6", 8, 3, groups=2, strides=2, padding="same"),
    "conv2d_groups_depthwise": one("Conv2D", 8, 3, groups=4, padding="same"),
    "conv2d_bias_bn": chain(
        lambda: L.Conv2D(5, 3),
        lambda: L.BatchNormalization(),
        lambda: L.ReLU(max_value=6),
    ),
    "conv2d_1x1_elu": one("Conv2D", 5, 1, activation="elu"),
    "conv2d_sigmoid": one("Conv2D", 5, 3, activation="sigmoid"),
    "depthwise": one("DepthwiseConv2D", 3, padding="same", depth_multiplier=2),
    "depthwise_stride2_bn": conv_bn("DepthwiseConv2D", "relu6", 3, strides=2, padding="same"),
    "depthwise_dilated": one("DepthwiseConv2D", 3, dilation_rate=2, padding="same"),
    "depthwise_dilated_valid": one("DepthwiseConv2D", 3, dilation_rate=2, activation="relu"),
    "separable": one("SeparableConv2D", 6, 3, padding="same", activation="silu"),
    "separable_bn_stride2": conv_bn("SeparableConv2D", "relu", 6, 3, strides=2, padding="same"),
    "separable_dilated": one("SeparableConv2D", 6, 3, dilation_rate=2, padding="same"),
    "conv2d_transpose": one("Conv2DTranspose", 3, 3, strides=2, padding="same"),
    "batch_norm": one("BatchNormalization"),
    "batch_norm_unscaled": one("BatchNormalization", scale=False, center=False),
    "layer_norm": one("LayerNormalization"),
    "layer_norm_3_axes": one("LayerNormalization", axis=(1, 2, 3)),
    "group_norm": one("GroupNormalization", groups=2),
    "group_norm_instance": one("GroupNormalization", groups=-1),
    "unit_norm": one("UnitNormalization"),
    "prelu": one("PReLU"),
    "prelu_shared": one("PReLU", shared_axes=[1, 2]),
    "prelu_conv": chain(lambda: L.Conv2D(5, 3), lambda: L.PReLU(shared_axes=[1, 2])),
    "leaky_relu": one("LeakyReLU", negative_slope=0.15),
    "leaky_relu_conv": one("Conv2D", 5, 3, activation="leaky_relu"),
    "leaky_relu_depthwise": one("DepthwiseConv2D", 3, activation="leaky_relu"),
    "relu_general": one("ReLU", max_value=2.0, negative_slope=0.1, threshold=0.2),
    "max_pool": one("MaxPooling2D"),
    "max_pool_same": one("MaxPooling2D", 3, strides=2, padding="same"),
    "average_pool": one("AveragePooling2D", 2),
    "average_pool_same": one("AveragePooling2D", 3, strides=2, padding="same"),
    "global_average": one("GlobalAveragePooling2D"),
    "global_max": one("GlobalMaxPooling2D", keepdims=True),
    "flatten_dense": chain(lambda: L.Flatten(), lambda: L.Dense(3, activation="tanh")),
    "flatten_conv_flatten": chain(lambda: L.Conv2D(3, 3), lambda: L.Flatten()),
    "reshape": one("Reshape", (16, -1)),
    "permute": one("Permute", (2, 3, 1)),
    "zero_padding": one("ZeroPadding2D", ((1, 2), (0, 3))),
    "zero_padding_conv": chain(
        lambda: L.ZeroPadding2D(1), lambda: L.Conv2D(4, 3, strides=2, activation="relu")
    ),
    "cropping": one("Cropping2D", ((1, 2), (0, 3))),
    "upsample": one("UpSampling2D", 2),
    "upsample_bilinear": one("UpSampling2D", 2, interpolation="bilinear"),
    "resizing": one("Resizing", 5, 7),
    "squeeze_excite": squeeze_excite,
    "squeeze_excite_reshape": squeeze_excite_reshape,
    "concat_add": concat_add,
    "shared_layer": shared_layer,
    "bias_used_twice": bias_used_twice,
    "dense_on_image": one("Dense", 5, activation="relu"),
    "rescaling": one("Rescaling", 1 / 127.5, offset=-1.0),
    "normalization": one("Normalization", mean=[0.1, 0.2, 0.3, 0.4], variance=[1, 2, 3, 4]),
    "dropouts": chain(
        lambda: L.GaussianNoise(0.1),
        lambda: L.SpatialDropout2D(0.5),
        lambda: L.GaussianDropout(0.3),
        lambda: L.Dropout(0.5),
        lambda: L.Conv2D(3, 3),
    ),
    "augmentation": chain(lambda: L.RandomFlip(), lambda: L.RandomRotation(0.1)),
    "small_cnn": small_cnn,
}

ACTIVATIONS = [
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

SEQUENCES: dict[str, Build] = {
    "conv1d": one("Conv1D", 5, 3, activation="relu"),
    "conv1d_causal_dilated": one("Conv1D", 5, 3, padding="causal", dilation_rate=2),
    "conv1d_dilated_same": one("Conv1D", 5, 3, padding="same", dilation_rate=2),
    "conv1d_dilated_valid": one("Conv1D", 5, 3, dilation_rate=2, activation="relu"),
    "depthwise1d_dilated": one("DepthwiseConv1D", 3, dilation_rate=2, padding="same"),
    "conv1d_bn": conv_bn("Conv1D", "relu", 5, 3, strides=2, padding="same"),
    "conv1d_groups": one("Conv1D", 6, 3, groups=2, padding="same"),
    "separable1d": one("SeparableConv1D", 5, 3, padding="same", activation="relu"),
    "depthwise1d": one("DepthwiseConv1D", 3, padding="same"),
    "max_pool1d": one("MaxPooling1D"),
    "average_pool1d": one("AveragePooling1D", 2),
    "global_average1d": one("GlobalAveragePooling1D"),
    "global_max1d": one("GlobalMaxPooling1D"),
    "dense": one("Dense", 5, activation="gelu"),
    "einsum_dense": one("EinsumDense", "abc,cd->abd", output_shape=(None, 5), bias_axes="d"),
    "einsum_batch": lambda x: keras.ops.einsum("abc,adc->adb", x, x),
    "einsum_outer": lambda x: keras.ops.einsum("abc,ade->abedc", x, x),
    "einsum_weights": lambda x: keras.ops.einsum("abc,cde->adbe", x, WEIGHTS),
    "einsum_ellipsis": lambda x: keras.ops.einsum("...c,cde->...ed", x, WEIGHTS),
    "layer_norm": one("LayerNormalization"),
    "rms_norm": one("RMSNormalization"),
    "mha": mha,
    "mha_causal": lambda x: mha(x, use_causal_mask=True),
    "gqa": lambda x: L.GroupQueryAttention(3, 4, 2)(x, x),
    "attention": lambda x: L.Attention()([x, x]),
    "transformer": transformer,
    "time_distributed": lambda x: L.TimeDistributed(L.Dense(3))(x),
    "lstm": one("LSTM", 5),
    "lstm_sequences": one("LSTM", 5, return_sequences=True),
    "gru": one("GRU", 5),
    "gru_reset_before": one("GRU", 5, reset_after=False),
    "simple_rnn": one("SimpleRNN", 5),
    "bidirectional_lstm": lambda x: L.Bidirectional(L.LSTM(3))(x),
    "bidirectional_gru_sequences": lambda x: L.Bidirectional(L.GRU(3, return_sequences=True))(x),
    "masked_lstm": lambda x: L.LSTM(4)(L.Masking(0.0)(x)),
    "repeat_vector": chain(lambda: L.GlobalMaxPooling1D(), lambda: L.RepeatVector(3)),
}

VECTORS: dict[str, Build] = {
    "dense_softmax": one("Dense", 5, activation="softmax"),
    "dense_bn": chain(
        lambda: L.Dense(5, use_bias=False),
        lambda: L.BatchNormalization(),
        lambda: L.ReLU(),
    ),
    "dense_leaky_relu": one("Dense", 5, activation="leaky_relu"),
    "dense_relu6": one("Dense", 5, activation="relu6"),
    "dense_elu_no_bias": one("Dense", 5, activation="elu", use_bias=False),
    "dense_scaled": lambda x: L.Rescaling(3.0)(L.Dense(5)(x)),
    "mlp": chain(
        lambda: L.Normalization(mean=0.5, variance=2.0),
        lambda: L.Dense(8, activation="selu"),
        lambda: L.LayerNormalization(),
        lambda: L.Dense(3, activation="softmax"),
    ),
    "infinite_constant": lambda x: keras.ops.maximum(x, keras.ops.where(x > 9.0, x, -np.inf)),
}

TOKEN_MODELS: dict[str, Build] = {
    "embedding": one("Embedding", 20, 4),
    "embedding_pool": chain(lambda: L.Embedding(20, 4), lambda: L.GlobalAveragePooling1D()),
    "embedding_masked_gru": lambda x: L.GRU(4)(L.Embedding(20, 4, mask_zero=True)(x)),
    "embedding_masked_pool": lambda x: L.GlobalAveragePooling1D()(
        L.Embedding(20, 4, mask_zero=True)(x)
    ),
    "category_encoding": one("CategoryEncoding", 20, output_mode="multi_hot"),
    "one_hot": one("CategoryEncoding", 20, output_mode="one_hot"),
}

CASES = (
    [(f"image-{n}", IMAGE, "float32", b) for n, b in IMAGES.items()]
    + [(f"act-{n}", VECTOR, "float32", activation(n)) for n in ACTIVATIONS]
    + [(f"steps-{n}", STEPS, "float32", b) for n, b in SEQUENCES.items()]
    + [(f"vector-{n}", VECTOR, "float32", b) for n, b in VECTORS.items()]
    + [(f"tokens-{n}", TOKENS, "int32", b) for n, b in TOKEN_MODELS.items()]
)


def examples(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    rng = np.random.default_rng(1)
    if dtype == "int32":
        tokens = rng.integers(1, 20, (3, *shape))
        tokens[1, -2:] = 0
        return tokens.astype(np.float32)
    return rng.normal(0, 1.5, (3, *shape)).astype(np.float32)


@pytest.mark.parametrize(
    ("shape", "dtype", "build"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_computes_what_keras_computes(
    shape: tuple[int, ...],
    dtype: str,
    build: Build,
    randomize: Callable[..., Any],
    export: Callable[..., Path],
) -> None:
    inputs = keras.Input(shape, dtype=dtype, name="x")
    model = randomize(keras.Model(inputs, build(inputs)))
    data = examples(shape, dtype)
    expected = np.asarray(model(data.astype(dtype), training=False))

    path = export(model)
    # Three examples, two at a time: a batch of 2 and a batch of 1.
    for runtime in (TFJSCPURuntime(batch=2), TFJSWasmRuntime(batch=2)):
        result = runtime.run(path, data)
        assert result.outputs.shape == expected.shape
        difference = float(np.abs(result.outputs - expected).max())
        assert difference <= 1e-4 * max(1.0, float(np.abs(expected).max()) / 10), runtime.name
