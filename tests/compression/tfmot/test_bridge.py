"""Models of all spaces compute the same in tf_keras, and TFMOT treats what it takes.

All of it needs the extra ``tfmot``; `benchmarks/tfmot_bridge.py` tries every block.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl.compression.steps.clustering.cluster import Cluster
from automl.compression.steps.pruning.prune import Prune
from automl.compression.steps.rounding.quantization_aware import QuantizationAware
from automl.compression.tfmot.running import RefusedError, is_installed, outputs_there
from search_spaces.testing.cases import Case, offline_space
from search_spaces.testing.inputs import batch

pytestmark = pytest.mark.skipif(not is_installed(), reason="the extra tfmot is not installed")

#: One sample of each space and rank, chosen so that activations and blocks differ.
SAMPLES = (
    ("cnn", "image 8x8x1", 0),
    ("cnn", "series 32x9", 5),
    ("mobile", "image 28x28x1", 1),
    ("micro", "series 64x1", 4),
    ("rnn", "series 32x9", 2),
    ("rnn", "spectrogram 49x40", 0),
    ("tcn", "tokens 24", 3),
    ("transformer", "image 8x8x1", 3),
    ("transformer", "tokens 24", 6),
    ("hybrid", "series 64x1", 4),
    ("mlp", "vector 13", 6),
    ("autoencoder", "image 8x8x1 reconstruction", 0),
)


def test_outputs_are_the_same(tmp_path: Path) -> None:
    import keras

    models, expected = [], []
    for space, kind, seed in SAMPLES:
        case = Case.parse(kind)
        made = offline_space(space, case.signature)
        model = made.construct(made.architecture(made.sample(seed)))
        inputs = batch(case.signature, 4)[0]
        models.append((model, inputs))
        expected.append(keras.ops.convert_to_numpy(model(inputs)))
    for found, right, sample in zip(
        outputs_there(models, tmp_path), expected, SAMPLES, strict=True
    ):
        assert not isinstance(found, RefusedError), (sample, found)
        scale = max(1.0, np.abs(right).max())  # Reconstructions are raw values.
        np.testing.assert_allclose(found / scale, right / scale, atol=1e-5, err_msg=str(sample))


def test_what_has_no_counterpart_is_named(tmp_path: Path) -> None:
    import keras

    inputs = keras.Input((4,))
    odd = keras.layers.Dense(3, activation="sparsemax", name="odd")(inputs)
    model = keras.Model(inputs, odd)
    (found,) = outputs_there([(model, np.ones((2, 4), "float32"))], tmp_path)
    assert isinstance(found, RefusedError)
    assert "odd" in str(found)


def test_prunes_clusters_and_rounds(
    trained_model: Any, make_context: Callable[..., Any], accuracy: Callable[[Any], float]
) -> None:
    before = accuracy(trained_model)
    rounded = QuantizationAware(epochs=1, engine="tfmot")
    prune = Prune(sparsity=0.6, epochs=3, engine="tfmot")
    cluster = Cluster(clusters=8, epochs=1, engine="tfmot")
    for step in (rounded, prune, cluster):
        context = make_context()
        trained_model = step.apply(trained_model, context)
        assert context.facts["engine"] == "tfmot", step
    assert all(claim.value >= 0.59 for claim in prune.claims(trained_model))
    assert all(claim.value <= 8 for claim in cluster.claims(trained_model))
    assert accuracy(trained_model) > before - 0.06
    context = make_context()
    rounded.apply(trained_model, context)
    assert context.facts["engine"].startswith("native, because rounding that keeps clusters")


def test_what_it_refuses_is_done_natively(make_context: Callable[..., Any]) -> None:
    import keras

    from automl.execution.fit_data import FitData
    from search_spaces import InputSpec, Signature, TargetSpec

    inputs = keras.Input((12, 6))
    tensor = keras.layers.Bidirectional(keras.layers.LSTM(8), name="both")(inputs)
    outputs = keras.layers.Dense(3, activation="softmax")(tensor)
    model = keras.Model(inputs, outputs)
    rng = np.random.default_rng(0)
    data = FitData(rng.normal(size=(64, 12, 6)).astype("float32"), rng.integers(0, 3, 64))
    signature = Signature(
        InputSpec("series", (12, 6), mean=(0.0,) * 6, std=(1.0,) * 6),
        TargetSpec("classification", 3),
    )
    context = make_context(train=data, validation=data, signature=signature)
    step = Prune(sparsity=0.5, epochs=1, least=64, engine="tfmot")
    pruned = step.apply(model, context)
    assert context.facts["engine"].startswith("native, because both (Bidirectional)")
    assert min(claim.value for claim in step.claims(pruned)) > 0.49
