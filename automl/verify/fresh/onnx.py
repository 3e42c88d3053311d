"""An ONNX file in onnxruntime, on the processor."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from automl.verify.fresh.child import Loaded, main
from automl.verify.fresh.process import FreshProcessRuntime

#: Calls that are profiled.
CALLS = 30
_TYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
}


class OnnxRuntime(FreshProcessRuntime):
    """Runs a ``.onnx`` file with onnxruntime."""

    name: ClassVar[str] = "onnxruntime"
    formats: ClassVar[tuple[str, ...]] = ("onnx",)
    module: ClassVar[str] = "automl.verify.fresh.onnx"
    needs: ClassVar[str] = "onnxruntime"
    remedy: ClassVar[str] = "pip install 'automl[onnx]'"


def load(path: Path, request: dict[str, Any]) -> Loaded:
    """Loads the file; onnxruntime checks it on the way."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = request.get("threads", 1) or 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    if len(inputs) != 1:
        raise ValueError(f"one input is fed; the model takes {len(inputs)}")
    (source,) = inputs
    if source.type not in _TYPES:
        raise ValueError(f"{source.type} inputs are not fed")
    output = session.get_outputs()[0].name

    def call(x: Any) -> Any:
        return session.run([output], {source.name: x})[0]

    def profile(x: Any) -> list[tuple[str, str, float]]:
        return _profile(str(path), options, {source.name: x})

    size = source.shape[0] if isinstance(source.shape[0], int) else 0
    return Loaded(call, _TYPES[source.type], size, profile)


def _profile(path: str, options: Any, feed: dict[str, Any]) -> list[tuple[str, str, float]]:
    """Returns the median time of each node, as onnxruntime's own profiler has it."""
    import json
    import statistics
    import tempfile

    import onnxruntime

    with tempfile.TemporaryDirectory(prefix="automl-onnx-") as folder:
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder) / "profile")
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        for _ in range(CALLS):
            session.run(None, feed)
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    taken: dict[tuple[str, str], list[float]] = {}
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
            key = (event["name"].removesuffix("_kernel_time"), event["args"].get("op_name", ""))
            taken.setdefault(key, []).append(event["dur"] / 1e3)
    return [(name, kind, statistics.median(times)) for (name, kind), times in taken.items()]


if __name__ == "__main__":
    main(load, "onnxruntime")
