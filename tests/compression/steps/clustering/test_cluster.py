"""Clustering leaves as many values as asked for, and zeros where they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from automl.compression.steps.clustering.centroids import assign_clusters, count_clusters
from automl.compression.steps.clustering.cluster import Cluster
from automl.compression.steps.pruning.prune import Prune
from automl.errors import UserInputError


def test_leaves_few_values_and_the_accuracy(
    trained_model: Any, make_context: Callable[..., Any], accuracy: Callable[[Any], float]
) -> None:
    before = accuracy(trained_model)
    start = {v.path: v.numpy() for v in trained_model.trainable_variables}
    context = make_context()
    clustered = Cluster(clusters=16, epochs=1).apply(trained_model, context)
    for name in ("c2", "d", "logits"):
        values = clustered.get_layer(name).kernel.numpy()
        assert len(np.unique(values)) <= 16
        # The shared values were trained, and not only found.
        assert not np.array_equal(values, start[f"{name}/kernel"])
    assert accuracy(clustered) > before - 0.03
    assert max(context.facts["clustered"].values()) <= 16


def test_zeros_stay(trained_model: Any, make_context: Callable[..., Any]) -> None:
    pruned = Prune(sparsity=0.7, epochs=1).apply(trained_model, make_context())
    zeros = pruned.get_layer("d").kernel.numpy() == 0
    clustered = Cluster(clusters=8, epochs=1).apply(pruned, make_context())
    kernel = clustered.get_layer("d").kernel.numpy()
    assert len(np.unique(kernel)) <= 8
    assert (kernel[zeros] == 0).all()


def test_clusters_are_near_what_they_stand_for() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(64, 16))
    assigned, zero = assign_clusters(values, 16, keep_zeros=True, seed=0)
    assert zero == -1
    means = np.array([values[assigned == k].mean() for k in range(16)])
    # 16 levels of a normal distribution leave 0.0095 of its variance at best (Max, 1960).
    assert ((means[assigned] - values) ** 2).mean() < 0.013


def test_fewer_values_than_clusters() -> None:
    values = np.array([[0.0, 1.0], [1.0, 2.0]])
    assigned, zero = assign_clusters(values, 16, keep_zeros=True, seed=0)
    assert zero == 0
    assert assigned[0, 0] == 0
    assert assigned[0, 1] == assigned[1, 0] != assigned[1, 1]
    assert count_clusters(values) == 2


def test_bad_fields_are_refused() -> None:
    with pytest.raises(UserInputError, match="from 2 to 256"):
        Cluster(clusters=1)
