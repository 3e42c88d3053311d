"""Which operators lose most in int8, found by trying each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

#: Examples on which a loss is measured.
_EXAMPLES = 48
#: An error this much above the least one is as good, if fewer operators stay float.
_AS_GOOD = 1.15


@dataclass(frozen=True)
class Loss:
    """What one operator loses when it alone is in int8.

    Attributes:
        node: Name of its first output.
        weights: Bytes of its constants, in float32.
        error: Mean absolute difference of the model's outputs.
    """

    node: str
    weights: int
    error: float


def most_sensitive(
    calibrated: bytes, samples: np.ndarray, share: float, kept: set[str]
) -> set[str]:
    """Returns the operators that stay float so that the outputs are nearest to float.

    Operators are ordered by what each loses alone; of the sets of the first of
    them, as far as their weights allow, the smallest that is as good as the best
    is taken.

    Args:
        calibrated: A float file with ranges.
        samples: Raw examples, examples x shape.
        share: Share of all weights, in bytes, that may stay float.
        kept: Operators that stay float anyway.
    """
    from automl.export.tflite.integers import quantize

    x = samples[:_EXAMPLES]
    reference = outputs(calibrated, x)
    found = sorted(losses(calibrated, x, kept), key=lambda loss: -loss.error)
    allowed = share * sum(loss.weights for loss in found)
    chosen: list[str] = []
    spent = 0
    sets: list[tuple[float, set[str]]] = []
    tried = set(_spread(len(found)))
    for loss in found:
        if spent + loss.weights > allowed:
            continue
        spent += loss.weights
        chosen.append(loss.node)
        if len(chosen) in tried:
            error = _difference(outputs(quantize(calibrated, kept | set(chosen)), x), reference)
            sets.append((error, set(chosen)))
    sets.insert(0, (_difference(outputs(quantize(calibrated, kept), x), reference), set()))
    least = min(error for error, _ in sets)
    return next(nodes for error, nodes in sets if error <= _AS_GOOD * least)


def losses(calibrated: bytes, x: np.ndarray, kept: set[str]) -> list[Loss]:
    """Returns what each operator loses, all others in float.

    Args:
        calibrated: A float file with ranges.
        x: Raw examples, examples x shape.
        kept: Operators that are not asked about.
    """
    from automl.export.tflite.integers import quantize

    reference = outputs(calibrated, x)
    weights = _weights(calibrated)
    nodes = set(weights)
    return [
        Loss(
            node,
            weights[node],
            _difference(outputs(quantize(calibrated, nodes - {node}), x), reference),
        )
        for node in weights
        if node not in kept
    ]


def outputs(content: bytes, x: np.ndarray) -> np.ndarray:
    """Returns a file's float outputs on raw examples."""
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]
    sink = interpreter.get_output_details()[0]["index"]
    found = []
    for example in x.astype(source["dtype"], copy=False):
        interpreter.set_tensor(source["index"], example[None])
        interpreter.invoke()
        found.append(interpreter.get_tensor(sink)[0].copy())
    return np.asarray(found)


def _weights(content: bytes) -> dict[str, int]:
    """Returns each operator's first output -> bytes of its constants."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(bytearray(content), 0)
    graph = model.subgraphs[0]

    def held(number: int) -> int:
        data = model.buffers[graph.tensors[number].buffer].data if number >= 0 else None
        return 0 if data is None else len(data)

    return {
        graph.tensors[each.outputs[0]].name.decode(): sum(map(held, each.inputs))
        for each in graph.operators
    }


def _difference(one: Any, other: Any) -> float:
    import numpy as np

    return float(np.mean(np.abs(one.astype(np.float64) - other)))


def _spread(count: int) -> Sequence[int]:
    """Returns the sizes of the sets that are tried: all small ones, fewer large ones."""
    sizes = [*range(1, min(count, 6) + 1)]
    while sizes and sizes[-1] < count:
        sizes.append(min(count, max(sizes[-1] + 1, int(sizes[-1] * 1.5))))
    return sizes
