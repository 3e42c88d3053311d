"""MatrixBandPart as a product with a constant mask.

TF.js reads its `numUpper` from the wrong input, and so gets masks wrong
without saying so.
"""

from __future__ import annotations

import numpy as np

from automl.errors import ConversionError
from automl.export.tfjs.graph import Graph
from automl.export.tfjs.shapes import infer_shapes


def rewrite_band_part(graph: Graph) -> None:
    """Keeps the band by a mask of the matrices' static size.

    Raises:
        ConversionError: If the size or the band is not known before the model runs.
    """
    found = [n for n in graph.nodes.values() if n.op == "MatrixBandPart"]
    if not found:
        return
    shapes = infer_shapes(graph)
    for node in found:
        size = (shapes.of(node.inputs[0]) or ())[-2:]
        lower, upper = graph.constant(node.inputs[1]), graph.constant(node.inputs[2])
        if len(size) != 2 or None in size or lower is None or upper is None:
            raise ConversionError(
                f"MatrixBandPart at {node.origin!r} needs a fixed size in TF.js:"
                " build the model with a fixed sequence length."
            )
        mask = _band(int(size[0] or 0), int(size[1] or 0), int(lower), int(upper))
        boolean = node.attr["T"].type == 10
        value = mask if boolean else mask.astype(np.float32)
        inputs = [node.inputs[0], graph.add_constant(value, node)]
        attr = {} if boolean else {"T": node.attr["T"]}
        new = graph.add("LogicalAnd" if boolean else "Mul", inputs, node, attr)
        graph.redirect(node.name, new.name)
    graph.prune()


def _band(rows: int, columns: int, lower: int, upper: int) -> np.ndarray:
    offset = np.arange(columns)[None, :] - np.arange(rows)[:, None]
    below = (offset >= -lower) if lower >= 0 else np.ones_like(offset, bool)
    above = (offset <= upper) if upper >= 0 else np.ones_like(offset, bool)
    return np.asarray(below & above)
