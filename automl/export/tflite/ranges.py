"""Ranges of activations: of a tensor's own values, and without the outermost of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

#: Values of a tensor that are looked at, over all examples.
_MOST_VALUES = 200_000
#: Operators whose result may take the place of an input.
_OVERWRITING = ("ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE")

#: A range that is a smaller share of the sum's has no step of it anyway, and the
#: interpreter aborts where one scale over the other is nothing in float32.
_LEAST_SHARE = 2.0**-20


def clip_ranges(calibrated: bytes, samples: np.ndarray, percentile: float) -> bytes:
    """Returns a calibrated file whose ranges hold a share of the values.

    One outlier widens the steps for all other values; where it is cut off, they
    gain more than it loses (Wu et al., 2020, https://arxiv.org/abs/2004.09602).
    Zero stays inside each range.

    Args:
        calibrated: A float file with ranges.
        samples: Raw examples, examples x shape.
        percentile: Percent of a tensor's values inside its range.
    """
    import numpy as np
    from ai_edge_litert import schema_py_generated as schema

    from automl.export.tflite.sharing import SharingBuilder

    model = schema.ModelT.InitFromPackedBuf(bytearray(calibrated), 0)
    ranges = _ranges(model)
    for number, values in _values(calibrated, samples, list(ranges)).items():
        low, high = np.percentile(values, [100 - percentile, percentile])
        found = ranges[number]
        found.min = np.maximum(found.min, np.float32(min(low, 0.0)))
        found.max = np.minimum(found.max, np.float32(max(high, 0.0)))
    builder = SharingBuilder(len(calibrated))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def own_ranges(calibrated: bytes, samples: np.ndarray) -> bytes:
    """Returns a calibrated file in which no range holds values of another tensor.

    A sum is written over one of its inputs where nothing else reads it, and the
    calibration looks at inputs after the operator has run: what is added to a
    residual would get the range of the whole, and a few of the 256 steps.

    Args:
        calibrated: A float file with ranges.
        samples: Raw examples, examples x shape.
    """
    import numpy as np
    from ai_edge_litert import schema_py_generated as schema

    from automl.export.tflite.sharing import SharingBuilder

    model = schema.ModelT.InitFromPackedBuf(bytearray(calibrated), 0)
    ranges = _ranges(model)
    overwriting = {getattr(schema.BuiltinOperator, name) for name in _OVERWRITING}
    suspects: set[int] = set()
    for operator in model.subgraphs[0].operators:
        code = model.operatorCodes[operator.opcodeIndex]
        if max(code.builtinCode, code.deprecatedBuiltinCode) in overwriting:
            suspects |= {int(number) for number in operator.inputs} & ranges.keys()
    if not suspects:
        return calibrated
    ends = dict.fromkeys(suspects, (np.inf, -np.inf))
    for number, values in _runs(calibrated, samples, list(suspects)):
        low, high = ends[number]
        ends[number] = (min(low, float(values.min())), max(high, float(values.max())))
    for number, (low, high) in ends.items():
        found = ranges[number]
        # In float64: the range of a mask's sum may be wider than float32 reaches.
        wide = float(np.max(found.max)) - float(np.min(found.min))
        if high - low < _LEAST_SHARE * wide:
            continue
        found.min = np.maximum(found.min, np.float32(low))
        found.max = np.minimum(found.max, np.float32(high))
    builder = SharingBuilder(len(calibrated))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _ranges(model: Any) -> dict[int, Any]:
    """Returns tensor -> quantization of those that were calibrated."""
    return {
        number: tensor.quantization
        for number, tensor in enumerate(model.subgraphs[0].tensors)
        if tensor.quantization is not None and tensor.quantization.max is not None
    }


def _values(content: bytes, samples: np.ndarray, tensors: list[int]) -> dict[int, Any]:
    """Returns values that some tensors take on the examples, of each example as many."""
    import numpy as np

    rng = np.random.default_rng(0)
    found: dict[int, list[Any]] = {number: [] for number in tensors}
    most = max(1, _MOST_VALUES // len(samples))
    for number, flat in _runs(content, samples, tensors):
        found[number].append(rng.choice(flat, most, replace=False) if len(flat) > most else flat)
    return {number: np.concatenate(values) for number, values in found.items()}


def _runs(
    content: bytes, samples: np.ndarray, tensors: list[int]
) -> Iterator[tuple[int, np.ndarray]]:
    """Yields each tensor and its values, example by example; none is written over another."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(
        model_content=content, num_threads=1, experimental_preserve_all_tensors=True
    )
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]
    for sample in samples:
        interpreter.set_tensor(source["index"], sample[None].astype(source["dtype"], copy=False))
        interpreter.invoke()
        for number in tensors:
            yield number, interpreter.get_tensor(number).ravel()
