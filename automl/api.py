"""The Python API: the same names as on the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.config import SearchConfig, make_config
from automl.errors import UserInputError
from automl.run import Run
from automl.tuning.observer import Observer
from search_spaces.held import hold, import_path

if TYPE_CHECKING:
    import numpy as np

    from automl.data.dataset import Dataset

#: Short names that the API accepts for readability, as keywords are plural there.
_ALIASES = {"objectives": "objective", "formats": "export", "recipes": "compress"}


def search(
    data: str | tuple[np.ndarray, np.ndarray],
    *,
    hypermodel: Any = None,
    observer: Observer | None = None,
    **options: Any,
) -> Run:
    """Searches for a model, compresses, exports and verifies it.

    Args:
        data: ``"digits"``, a path to an ``.npz`` file, or a pair of arrays:
            examples (count x shape, raw values) and labels (count). Rows of
            numbers are vectors, images are height x width x channels; say
            ``input="series"`` (steps x channels) or ``input="tokens"`` (ids,
            padded at the end with 0) for others.
        hypermodel: Your own `keras_tuner.HyperModel` or ``build(hp)`` function
            to search instead of a space; ``space=`` takes it too. What no other
            process can import (from a notebook, a lambda) is searched in this
            process.
        observer: Hears of everything that happens; None for silence.
        **options: The options of `automl search`, e.g. ``space="cnn"`` or a list
            of spaces, ``freeze={"block": "plain"}``, ``trials=20``,
            ``time="2m"``, ``max_size="50kB"``, ``start_from="runs/b"``,
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
    if hypermodel is not None:
        if named.get("space") is not None:
            raise UserInputError("A search has a hypermodel or spaces. Received: both.")
        named["space"] = hypermodel
    notes = _name_spaces(named)
    if isinstance(data, str):
        config = make_config(data, named)
        load = None
    else:
        config = make_config("arrays", named)
        load = _loader(data, config)
    if not config.out:
        config = replace(config, out=str(default_folder(config.data, config)))
    for note in notes:
        (observer or Observer()).note(note)
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


def _name_spaces(options: dict[str, Any]) -> list[str]:
    """Replaces spaces given as objects by names of them, and returns what to say of it."""
    given = options.get("space")
    if given is None or isinstance(given, str):
        return []
    entries = list(given) if isinstance(given, list | tuple) else [given]
    names, notes = [], []
    for entry in entries:
        name = str(entry) if isinstance(entry, str | Path) else import_path(entry)
        if name is None:
            name = hold(entry)
            notes.append(
                f"The hypermodel {name.partition(':')[2]!r} cannot be imported by another process:"
                " it is searched in this one, and a crash would end it."
            )
        names.append(name)
    options["space"] = tuple(names)
    if notes:
        options["workers"] = 0
    return notes


def _loader(data: Any, config: SearchConfig) -> Any:
    from automl.data.arrays import examples_and_labels
    from automl.data.dataset import split

    try:
        x, y = data
    except (TypeError, ValueError) as error:
        raise UserInputError(
            "data must be a name, a path, or a pair of arrays (examples, labels)."
            f" Received: {type(data).__name__}."
        ) from error
    raw = examples_and_labels(x, y, kind=config.input)

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
