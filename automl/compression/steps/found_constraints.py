"""What earlier steps left in the kernels of a model, so that later training keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.compression.steps.kernels import Kernel, kernels

if TYPE_CHECKING:
    import keras
    import numpy as np

#: Share of zeros from which on they were put there by a step: trained weights have none.
_PRUNED = 0.2
#: Most distinct values of an output channel, zero included, that mean clusters ...
_CLUSTERS = 64
#: Most distinct values of a whole kernel that mean clusters, ...
_CLUSTERS_IN_ALL = 256
#: ... if there are so many weights for each.
_SHARED = 3


def found_constraints(
    model: keras.Model, unfolded: keras.Model | None = None
) -> tuple[list[tuple[Kernel, Any]], dict[str, str]]:
    """Returns constraints that keep zeros and clusters, and what was found in which kernel.

    Clusters are looked for in each output channel: folding a normalization, as
    converters do, scales channels apart. A channel of few inputs shows too little
    of them; there the kernel before the folding tells.

    Args:
        model: A model that was pruned or clustered, or neither.
        unfolded: The same model, with the same layers, before its normalizations
            were folded; None if they were not.
    """
    import keras
    import numpy as np

    from automl.compression.steps.constraints import Clustered, Masked
    from automl.compression.steps.pruning.masks import sparsity_of

    constraints: list[tuple[Kernel, Any]] = []
    found: dict[str, str] = {}
    clustered = _clustered(model if unfolded is None else unfolded)
    for kernel, place in zip(kernels(model), _places(model), strict=True):
        if kernel.is_depthwise:
            continue
        values = np.asarray(keras.ops.convert_to_numpy(kernel.variable))
        assigned = _clusters(values, known=place in clustered)
        pruned = sparsity_of(values) >= _PRUNED
        if assigned is not None:
            constraint: Any = Clustered(assigned, 0)
            found[kernel.name] = "clusters and zeros" if pruned else "clusters"
        elif pruned:
            constraint = Masked((values != 0).astype("float32"))
            found[kernel.name] = "zeros"
        else:
            continue
        constraints.append((kernel, constraint))
    return constraints, found


def _places(model: keras.Model) -> list[tuple[str, int]]:
    """Returns each kernel's layer and which of its kernels it is, as folding leaves them."""
    seen: dict[str, int] = {}
    places = []
    for kernel in kernels(model):
        name = str(kernel.layer.name)
        places.append((name, seen.setdefault(name, 0)))
        seen[name] += 1
    return places


def _clustered(model: keras.Model) -> set[tuple[str, int]]:
    """Returns the places of the kernels whose weights, in all channels, are few values."""
    import keras
    import numpy as np

    return {
        place
        for kernel, place in zip(kernels(model), _places(model), strict=True)
        if len(np.unique(keras.ops.convert_to_numpy(kernel.variable)))
        <= min(_CLUSTERS_IN_ALL, kernel.size // _SHARED)
    }


def _clusters(values: np.ndarray, *, known: bool) -> np.ndarray | None:
    """Returns the cluster of each weight, all zeros in cluster 0; None if they are not few.

    Args:
        values: A kernel.
        known: Whether it is known that weights share values.
    """
    import numpy as np

    from automl.compression.steps.clustering.centroids import count_clusters

    flat = values.reshape(-1, values.shape[-1])
    count = count_clusters(values)
    if not known and (count > _CLUSTERS or count * _SHARED > len(flat)):
        return None
    assigned = np.zeros(flat.shape, "int32")
    following = 1
    for channel in range(flat.shape[1]):
        levels, places = np.unique(flat[:, channel], return_inverse=True)
        numbers = np.arange(following, following + len(levels))
        numbers[levels == 0] = 0
        assigned[:, channel] = numbers[places.ravel()]
        following += len(levels)
    return assigned.reshape(values.shape)
