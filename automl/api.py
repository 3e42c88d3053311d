"""The Python API: the same names as on the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.config import SearchConfig
from automl.config_parsing import make_config
from automl.errors import UserInputError
from automl.run import Run
from automl.tuning.observer import Observer
from search_spaces.foreign.held import hold, import_path

if TYPE_CHECKING:
    from automl.data.base import RawData
    from automl.data.dataset import Dataset
    from automl.data.options import ReadOptions
    from automl.data.splitting.given import GivenData

#: Short names that the API accepts for readability, as keywords are plural there.
_ALIASES = {"objectives": "objective", "formats": "export", "recipes": "compress"}


def search(
    data: Any,
    *,
    hypermodel: Any = None,
    observer: Observer | None = None,
    **options: Any,
) -> Run:
    """Searches for a model, compresses, exports and verifies it.

    Args:
        data: A name or path as on the command line (``"digits"``, ``"photos/"``,
            ``"tfds:mnist"``, ``"houses.csv"``), or data itself: a pair of arrays,
            examples (count x shape, raw values) and labels (count; numbers for
            regression; count x labels of 0 and 1); a dictionary of arrays, named
            as in an ``.npz`` file; a pandas DataFrame, with ``target="column"``;
            a list of strings with labels; a finite `tf.data.Dataset`, batched or
            not, or `keras.utils.PyDataset`, of pairs. Rows of numbers are
            vectors, other arrays images of height x width x channels; say
            ``input="series"`` (steps x channels) or ``input="tokens"`` (ids,
            padded at the end with 0) for others.
        hypermodel: Your own `keras_tuner.HyperModel` or ``build(hp)`` function
            to search instead of a space; ``space=`` takes it too. What no other
            process can import (from a notebook, a lambda) is searched in this
            process.
        observer: Hears of everything that happens; None for silence.
        **options: The options of `automl search`, e.g. ``space="cnn"`` or a list
            of spaces, ``freeze={"block": "plain"}``, ``trials=20``,
            ``time="2m"`` (``trials="+20"`` and ``time="+2m"`` extend a run),
            ``trial_time="30s"``, ``max_size="50kB"``, ``start_from="runs/b"``,
            ``objectives=["val_accuracy", "size"]``, ``seed=1``, ``out="runs/a"``;
            of the data ``task="regression"``, ``target="price"``,
            ``columns={"zip": "category"}``, ``validation=`` and ``test=`` (a
            share, a path, or data of the same kind); see `automl.SearchConfig`
            and `automl.data.options.ReadOptions`.

    Returns:
        The finished run.

    Raises:
        UserInputError: If an option or the data is wrong.
        NothingFeasibleError: If no candidate met the constraints.
        VerificationError: If a file asked for by name failed verification.
        Interrupted: On Ctrl-C; the same call resumes.
    """
    from automl.extending import take_extension
    from automl.folders import default_folder, folder_to_extend
    from automl.pipeline import Pipeline

    named = {_ALIASES.get(name, name): value for name, value in options.items()}
    if hypermodel is not None:
        if named.get("space") is not None:
            raise UserInputError("A search has a hypermodel or spaces. Received: both.")
        named["space"] = hypermodel
    extension = take_extension(named)
    notes = _name_spaces(named)
    given = _given_splits(named)
    data = str(data) if isinstance(data, Path) else data
    config = make_config(data if isinstance(data, str) else "arrays", named)
    load = None
    if given or not isinstance(data, str):
        load = _reader(data, given, config, observer)
    if not config.out:
        find = default_folder if extension is None else folder_to_extend
        config = replace(config, out=str(find(config.data, config)))
    for note in notes:
        (observer or Observer()).note(note)
    return Run(Pipeline(config, observer, load, extension).run())


def _given_splits(options: dict[str, Any]) -> dict[str, Any]:
    """Takes data given as validation or test split out of the options."""
    given = {}
    for name in ("validation", "test"):
        value = options.get(name)
        if isinstance(value, Path):
            options[name] = str(value)
        elif value is not None and not isinstance(value, str | int | float):
            given[name] = options.pop(name)
    return given


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


def _reader(
    data: Any, given: dict[str, Any], config: SearchConfig, observer: Observer | None
) -> Callable[[], Dataset]:
    """Returns what reads and splits data, some of which is held by this program.

    Args:
        data: A name, a path, or data.
        given: Split -> data of its own, as an object.
        config: What else was said; paths of splits are in it.
        observer: Hears of the reading.
    """
    options = config.read_options
    if observer is not None:
        options = replace(options, progress=observer.reading)

    def load() -> Dataset:
        from automl.data.arrays.objects import from_object, heeded_by
        from automl.data.dataset import find_source, read, split
        from automl.data.heeding import only_heeded
        from automl.data.splitting.given import read_given

        def read_beside(other: Any, how: ReadOptions) -> RawData:
            if isinstance(other, str):
                return read(other, how, beside=True)
            return from_object(other, only_heeded(how, heeded_by(other)))

        named = {
            name: value
            for name in ("validation", "test")
            if isinstance(value := getattr(config, name), str)
        }
        if isinstance(data, str):
            raw, others = read(data, options), {**named, **given}
        else:
            raw, others = from_object(data, options, **given), named

        def beside(name: str, other: Any) -> GivenData:
            called = other if isinstance(other, str) else "given"
            return read_given(name, called, raw, options, lambda _, how: read_beside(other, how))

        return split(
            raw,
            config.data,
            find_source(data).name if isinstance(data, str) else "arrays",
            test=config.test if not isinstance(config.test, str) else 0.0,
            validation=config.validation if not isinstance(config.validation, str) else 0.0,
            seed=config.seed,
            memory=options.memory,
            task=config.task,
            given={name: beside(name, other) for name, other in others.items()},
        )

    return load
