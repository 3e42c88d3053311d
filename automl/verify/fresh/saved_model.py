"""A SavedModel as TF Serving runs it: by its signature, with TensorFlow and nothing of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from automl.verify.fresh.child import Loaded, limit_threads, main
from automl.verify.fresh.process import FreshProcessRuntime

SIGNATURE = "serving_default"
#: Tags of the two fields of a saved_model.pb: number of the field and kind of its value.
_VERSION, _GRAPH = 1 << 3, 2 << 3 | 2


class SavedModelRuntime(FreshProcessRuntime):
    """Runs ``saved_model.pb`` by its ``serving_default`` signature."""

    name: ClassVar[str] = "saved-model"
    formats: ClassVar[tuple[str, ...]] = ("saved_model",)
    module: ClassVar[str] = "automl.verify.fresh.saved_model"
    needs: ClassVar[str] = "tensorflow"
    remedy: ClassVar[str] = "pip install tensorflow"

    def unfit(self, path: Path) -> str | None:
        """Returns what can be told at once to be wrong with a file, or None."""
        return super().unfit(path) or _not_whole(path.read_bytes())


def _not_whole(content: bytes) -> str | None:
    """Returns why bytes are no whole protocol buffer of a version and a graph, or None.

    Only the outermost fields are looked at: importing TensorFlow to learn that a
    download was cut takes ten seconds.
    """
    at = 0
    while at < len(content):
        tag, at = _number(content, at)
        if tag == _VERSION:
            _, at = _number(content, at)
        elif tag == _GRAPH:
            length, at = _number(content, at)
            at += length
        else:
            return "it is no SavedModel"
    return None if at == len(content) else "the file is cut"


def _number(content: bytes, at: int) -> tuple[int, int]:
    """Reads a number of seven bits a byte; returns it and where it ends."""
    value = shift = 0
    while at < len(content):
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            break
    return value, at


def load(path: Path, request: dict[str, Any]) -> Loaded:
    """Loads the folder that the file is in."""
    import tensorflow as tf

    limit_threads(request)
    loaded = tf.saved_model.load(str(path.parent if path.is_file() else path))
    if SIGNATURE not in loaded.signatures:
        raise ValueError(f"the model has no signature {SIGNATURE}")
    function = loaded.signatures[SIGNATURE]
    inputs = function.structured_input_signature[1]
    if len(inputs) != 1 or not function.structured_outputs:
        raise ValueError(f"one input is fed; the model takes {', '.join(inputs) or 'none'}")
    ((name, spec),) = inputs.items()
    output = next(iter(function.structured_outputs))

    def call(x: Any) -> Any:
        return function(**{name: tf.constant(x, spec.dtype)})[output].numpy()

    # The loaded object must live as long as its function.
    call.model = loaded  # type: ignore[attr-defined]
    return Loaded(call, spec.dtype.as_numpy_dtype.__name__, spec.shape[0] or 0)


if __name__ == "__main__":
    main(load, "tensorflow")
