"""The passes, in the order they run."""

from __future__ import annotations

from collections.abc import Callable

from automl.export.tfjs.graph import Graph
from automl.export.tfjs.rewrites.band_part import rewrite_band_part
from automl.export.tfjs.rewrites.dedupe import dedupe_constants
from automl.export.tfjs.rewrites.dilation import fold_dilation
from automl.export.tfjs.rewrites.dtypes import narrow_types
from automl.export.tfjs.rewrites.einsum import rewrite_einsum
from automl.export.tfjs.rewrites.erfc import rewrite_erfc
from automl.export.tfjs.rewrites.fold_affine import fold_affine
from automl.export.tfjs.rewrites.fuse import fuse
from automl.export.tfjs.rewrites.grouped_conv import mark_groups, split_groups
from automl.export.tfjs.rewrites.merge_reshapes import merge_reshapes
from automl.export.tfjs.rewrites.one_hot import rewrite_one_hot
from automl.export.tfjs.rewrites.pass_through import remove_pass_through
from automl.export.tfjs.rewrites.positive_axes import count_axes_from_front
from automl.export.tfjs.rewrites.prelu import fuse_prelu
from automl.export.tfjs.rewrites.sink_moves import sink_moves
from automl.export.tfjs.rewrites.softsign import rewrite_softsign
from automl.export.tfjs.rewrites.static_shapes import fold_static_shapes

Pass = Callable[[Graph], None]

#: What TF.js lacks or gets wrong comes first, then what makes it small and
#: fast. From `fuse` on, the graph holds operators that TensorFlow cannot load.
PASSES: tuple[Pass, ...] = (
    remove_pass_through,
    fold_static_shapes,
    remove_pass_through,
    mark_groups,
    rewrite_band_part,
    rewrite_einsum,
    rewrite_one_hot,
    count_axes_from_front,
    rewrite_erfc,
    rewrite_softsign,
    fold_dilation,
    sink_moves,
    merge_reshapes,
    fold_affine,
    narrow_types,
    fuse,
    fuse_prelu,
    split_groups,
    dedupe_constants,
)


def run_passes(graph: Graph, passes: tuple[Pass, ...] = PASSES) -> None:
    """Runs the passes over the graph, in place."""
    for step in passes:
        step(graph)
