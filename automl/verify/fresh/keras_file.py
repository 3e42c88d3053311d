"""A ``.keras`` file, loaded in safe mode by a Keras that knows nothing of the search."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any, ClassVar

from automl.verify.fresh.child import Loaded, limit_threads, main
from automl.verify.fresh.process import FreshProcessRuntime


class KerasRuntime(FreshProcessRuntime):
    """Runs ``model.keras`` with `keras.saving.load_model`."""

    name: ClassVar[str] = "keras"
    formats: ClassVar[tuple[str, ...]] = ("keras",)
    module: ClassVar[str] = "automl.verify.fresh.keras_file"
    needs: ClassVar[str] = "keras"
    remedy: ClassVar[str] = "pip install keras"

    def unfit(self, path: Path) -> str | None:
        """Returns what can be told at once to be wrong with a file, or None."""
        if reason := super().unfit(path):
            return reason
        return None if zipfile.is_zipfile(path) else "it is no whole .keras file"


def load(path: Path, request: dict[str, Any]) -> Loaded:
    """Loads the file; code in it is refused."""
    limit_threads(request)
    import keras

    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    if len(model.inputs) != 1:
        raise ValueError(f"one input is fed; the model takes {len(model.inputs)}")
    (source,) = model.inputs

    def call(x: Any) -> Any:
        answer = model.predict_on_batch(x)
        return next(iter(answer.values())) if isinstance(answer, dict) else answer

    return Loaded(call, keras.backend.standardize_dtype(source.dtype), source.shape[0] or 0)


if __name__ == "__main__":
    main(load, "keras")
