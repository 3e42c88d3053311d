"""The Python API: the same names as on the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.config import SearchConfig, make_config
from automl.errors import UserInputError
from automl.run import Run
from automl.tuning.observer import Observer

if TYPE_CHECKING:
    import numpy as np

    from automl.data.dataset import Dataset

#: Short names that the API accepts for readability, as keywords are plural there.
_ALIASES = {"objectives": "objective", "formats": "export", "recipes": "compress"}


def search(
    data: str | tuple[np.ndarray, np.ndarray],
    *,
    observer: Observer | None = None,
    **options: Any,
) -> Run:
    """Searches for a model, compresses, exports and verifies it.

    Args:
        data: ``"digits"``, a path to an ``.npz`` file, or a pair of arrays:
            images (count x height x width x channels, raw values) and labels
            (count).
        observer: Hears of everything that happens; None for silence.
        **options: The options of `automl search`, e.g. ``space="cnn"``,
            ``trials=20``, ``time="2m"``, ``max_size="50kB"``,
            ``objectives=["val_accuracy", "size"]``, ``seed=1``, ``out="runs/a"``;
            see `automl.SearchConfig`.

    Returns:
        The finished run.

    Raises:
        UserInputError: If an option or the data is wrong.
        NothingFeasibleError: If no candidate met the constraints.
        VerificationError: If a file asked for by name failed verification.
        Interrupted: On Ctrl-C; the same call resumes.
    """
    from automl.folders import default_folder
    from automl.pipeline import Pipeline

    named = {_ALIASES.get(name, name): value for name, value in options.items()}
    if isinstance(data, str):
        config = make_config(data, named)
        load = None
    else:
        config = make_config("arrays", named)
        load = _loader(data, config)
    if not config.out:
        config = replace(config, out=str(default_folder(config.data, config)))
    return Run(Pipeline(config, observer, load).run())


def load_run(path: str | Path, *, allow_code: bool = False) -> Run:
    """Opens a run from its folder.

    Args:
        path: The folder.
        allow_code: Whether names of the form ``module:Class`` that the run
            recorded may be imported; only for a run you trust.

    Raises:
        UserInputError: If the folder holds no run.
    """
    return Run(path, allow_code=allow_code)


def _loader(data: Any, config: SearchConfig) -> Any:
    from automl.data.arrays import images_and_labels
    from automl.data.dataset import split

    try:
        x, y = data
    except (TypeError, ValueError) as error:
        raise UserInputError(
            "data must be a name, a path, or a pair of arrays (images, labels)."
            f" Received: {type(data).__name__}."
        ) from error
    raw = images_and_labels(x, y)

    def load() -> Dataset:
        return split(
            raw,
            "arrays",
            "arrays",
            test=config.test,
            validation=config.validation,
            seed=config.seed,
        )

    return load
