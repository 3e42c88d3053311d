"""Ranges of activations that leave out the outermost values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

#: Values of a tensor that are looked at, over all examples.
_MOST_VALUES = 200_000


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
    ranges = {
        number: tensor.quantization
        for number, tensor in enumerate(model.subgraphs[0].tensors)
        if tensor.quantization is not None and tensor.quantization.max is not None
    }
    for number, values in _values(calibrated, samples, list(ranges)).items():
        low, high = np.percentile(values, [100 - percentile, percentile])
        found = ranges[number]
        found.min = np.maximum(found.min, np.float32(min(low, 0.0)))
        found.max = np.minimum(found.max, np.float32(max(high, 0.0)))
    builder = SharingBuilder(len(calibrated))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _values(content: bytes, samples: np.ndarray, tensors: list[int]) -> dict[int, Any]:
    """Returns values that some tensors take on the examples, of each example as many."""
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(
        model_content=content, num_threads=1, experimental_preserve_all_tensors=True
    )
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]
    rng = np.random.default_rng(0)
    found: dict[int, list[Any]] = {number: [] for number in tensors}
    for sample in samples:
        interpreter.set_tensor(source["index"], sample[None].astype(source["dtype"], copy=False))
        interpreter.invoke()
        for number, values in found.items():
            flat = interpreter.get_tensor(number).ravel()
            most = max(1, _MOST_VALUES // len(samples))
            values.append(rng.choice(flat, most, replace=False) if len(flat) > most else flat)
    return {number: np.concatenate(values) for number, values in found.items()}
