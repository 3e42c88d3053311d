"""Quantization-aware training returns a plain model that int8 files stay true to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl.compression.steps.clustering.centroids import count_clusters
from automl.compression.steps.clustering.cluster import Cluster
from automl.compression.steps.pruning.prune import Prune
from automl.compression.steps.rounding.quantization_aware import QuantizationAware
from automl.errors import UserInputError


def int8_outputs(model: Any, data: Any) -> np.ndarray:
    """Returns what an int8 file of the model puts out on the first examples of `data`."""
    from automl.compression.recipes import INT8
    from automl.export.tflite.converting import convert
    from automl.export.tflite.freezing import freeze
    from automl.verify.litert import run_tflite

    x = data[0].x
    rows = np.linspace(0, len(x) - 1, 256).round().astype(int)
    content = convert(freeze(model), INT8, x[rows])
    return np.asarray(run_tflite(content, data[1].x[:300]).outputs)


def test_what_was_trained_is_what_the_file_computes(
    trained_model: Any,
    make_context: Callable[..., Any],
    accuracy: Callable[[Any], float],
    digits_data: Any,
) -> None:
    import keras

    from automl.compression.steps.rounding.rounded_model import Rounded

    before = accuracy(trained_model)
    step = QuantizationAware(epochs=2)
    context = make_context()
    done = step.apply(trained_model, context)
    kinds = {type(layer).__name__ for layer in done.layers}
    assert not kinds & {"BatchNormalization", "RoundedWeights", "ActivationRange"}
    assert accuracy(done) > before - 0.02
    assert context.facts["rounded"] == "weights and activations"
    # The rounding of the training is that of the file, but for a step here and there.
    logits = keras.Model(done.inputs, done.get_layer("logits").output)
    rounded = Rounded(logits, step._examples(context), activations=True)
    rounded.freeze()
    trained = rounded.model.predict(digits_data[1].x[:300], verbose=0)
    shipped = int8_outputs(logits, digits_data)
    plain = logits.predict(digits_data[1].x[:300], verbose=0)
    assert np.abs(trained - shipped).mean() < 0.9 * np.abs(plain - shipped).mean()
    assert (trained.argmax(axis=1) == shipped.argmax(axis=1)).mean() > 0.99


def test_zeros_and_clusters_stay(trained_model: Any, make_context: Callable[..., Any]) -> None:
    prune, cluster = Prune(sparsity=0.6, epochs=1), Cluster(clusters=8, epochs=1)
    model = cluster.apply(prune.apply(trained_model, make_context()), make_context())
    context = make_context()
    done = QuantizationAware(epochs=1).apply(model, context)
    assert context.facts["kept"]["d/kernel"] == "clusters and zeros"
    assert all(claim.value >= 0.59 for claim in prune.claims(done))
    for name in ("c2", "d"):
        kernel = done.get_layer(name).kernel.numpy()
        assert count_clusters(kernel) <= 8
    trained, before = (each.get_layer("d").kernel.numpy() for each in (done, model))
    assert not np.array_equal(trained, before)


def test_clusters_of_channels_of_few_inputs_stay(make_context: Callable[..., Any]) -> None:
    import keras

    from automl.execution.fit_data import FitData
    from search_spaces import InputSpec, Signature, TargetSpec

    keras.utils.set_random_seed(0)
    # 18 weights a channel, 16 values a kernel: one channel alone shows no clusters.
    inputs = keras.Input((12, 6), name="x")
    tensor = keras.layers.Conv1D(48, 3, use_bias=False, name="c")(inputs)
    tensor = keras.layers.ReLU()(keras.layers.BatchNormalization()(tensor))
    tensor = keras.layers.GlobalAveragePooling1D()(tensor)
    model = keras.Model(inputs, keras.layers.Softmax()(keras.layers.Dense(3)(tensor)))
    rng = np.random.default_rng(0)
    data = FitData(rng.normal(size=(128, 12, 6)).astype("float32"), rng.integers(0, 3, 128))
    signature = Signature(
        InputSpec("series", (12, 6), mean=(0.0,) * 6, std=(1.0,) * 6),
        TargetSpec("classification", 3),
    )
    parts = {"train": data, "validation": data, "signature": signature}
    step = Cluster(clusters=16, epochs=1)
    clustered = step.apply(model, make_context(**parts))
    (claim,) = step.claims(clustered)
    assert claim.value * 3 > 18
    context = make_context(**parts)
    done = QuantizationAware(epochs=2, rate=1.0).apply(clustered, context)
    assert context.facts["kept"] == {"c/kernel": "clusters"}
    kernel = np.asarray(done.get_layer("c").kernel)
    assert count_clusters(kernel) <= claim.value


@pytest.mark.parametrize(
    ("space", "kind", "seed", "what"),
    [
        ("transformer", "image 8x8x1", 3, "weights and activations"),
        ("rnn", "series 32x9", 2, "weights"),
        ("autoencoder", "image 8x8x1 reconstruction", 0, "weights and activations"),
    ],
)
def test_models_that_others_refuse(
    space: str, kind: str, seed: int, what: str, make_context: Callable[..., Any], tmp_path: Path
) -> None:
    import keras

    from automl.execution.fit_data import FitData
    from automl.execution.models import load_model
    from search_spaces.testing.cases import Case, offline_space
    from search_spaces.testing.inputs import batch

    case = Case.parse(kind)
    made = offline_space(space, case.signature)
    model = made.construct(made.architecture(made.sample(seed)))
    data = FitData(*batch(case.signature, 64))
    context = make_context(train=data, validation=data, signature=case.signature, epochs=1)
    before = [weight.copy() for weight in model.get_weights()]
    done = QuantizationAware(epochs=1, rate=1.0).apply(model, context)
    assert context.facts["rounded"] == what
    done.save(tmp_path / "m.keras")
    loaded = load_model(tmp_path / "m.keras")
    inputs = data.x[:4]
    np.testing.assert_allclose(loaded(inputs), done(inputs), atol=1e-5)
    # The model it was given is left as it was; the one returned was trained.
    assert all(np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True))
    difference = np.abs(keras.ops.convert_to_numpy(model(inputs)) - np.asarray(done(inputs)))
    assert difference.max() > 0


def test_rounding_is_that_of_int8() -> None:
    from automl.compression.steps.rounding.fake_quantization import (
        fake_quantize_activations,
        fake_quantize_weights,
    )

    values = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    rounded = np.asarray(fake_quantize_weights(values, axis=1))
    scales = np.abs(values).max(axis=0) / 127
    np.testing.assert_allclose(rounded / scales, np.round(values / scales), atol=1e-3)
    active = np.asarray(fake_quantize_activations(values, -1.0, 2.0))
    assert len(np.unique(active)) <= 256
    assert 0.0 in np.unique(np.asarray(fake_quantize_activations(np.zeros(3, "f"), -0.7, 2.0)))
    assert active.max() == pytest.approx(2.0, abs=0.02)
    inside = (values > -1) & (values < 2)
    assert np.abs(active - values)[inside].max() <= 3 / 255


def test_bad_fields_are_refused() -> None:
    with pytest.raises(UserInputError, match="Received"):
        QuantizationAware(rate=0)
