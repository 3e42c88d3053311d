"""The run's own copy of its data: a folder of ``.npy`` files and a description."""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from automl.data.base import Examples
from automl.data.options import DEFAULT_MEMORY
from automl.data.storage import StoredExamples, chunks
from automl.data.summary import DataSummary
from automl.data.writing import ExamplesWriter
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: The folder, inside the run's.
FOLDER = "data"
SUMMARY = "data.json"
SPLITS = ("train", "validation", "test")
#: Where runs of the first versions kept their data.
ARCHIVE = "data.npz"
#: Types that hold nothing float32 cannot; they are kept as they are.
_COMPACT = ("uint8", "int8", "uint16", "int16", "float16", "float32")


def is_kept(run: Path) -> bool:
    """Returns whether a run's folder holds a copy of its data."""
    return (run / FOLDER / SUMMARY).is_file() or (run / ARCHIVE).is_file()


def keep(
    splits: Mapping[str, tuple[Examples, np.ndarray]],
    summary: DataSummary,
    run: Path,
    dtype: str,
    memory: int = DEFAULT_MEMORY,
) -> None:
    """Writes splits and their description to a run's folder, whole or not at all.

    Args:
        splits: Split -> (examples, labels). What is on disk is copied in parts.
        summary: Their description.
        run: The run's folder.
        dtype: Type of raw values that a model takes, ``"float32"`` or ``"int32"``.
        memory: Bytes of examples up to which `read_split` reads them into memory.

    Raises:
        UserInputError: If there is no room on the disk.
    """
    import numpy as np

    for left in run.glob(f".{FOLDER}.*.tmp"):  # Of a process that was killed while writing.
        shutil.rmtree(left, ignore_errors=True)
    temporary = run / f".{FOLDER}.{os.getpid()}.tmp"
    temporary.mkdir(parents=True)
    try:
        for name, (x, y) in splits.items():
            kept = dtype if dtype == "int32" or str(x.dtype) not in _COMPACT else x.dtype
            with ExamplesWriter(
                temporary / f"x_{name}.npy", x.shape[1:], kept, len(x), casting="unsafe"
            ) as writer:
                for chunk in chunks(x):
                    writer.append(chunk)
            np.save(temporary / f"y_{name}.npy", y, allow_pickle=False)
        record = summary.to_dict() | {"memory": memory}
        (temporary / SUMMARY).write_text(json.dumps(record, indent=1), encoding="utf-8")
        shutil.rmtree(run / FOLDER, ignore_errors=True)
        os.replace(temporary, run / FOLDER)
    except BaseException as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if isinstance(error, OSError):
            raise UserInputError(
                f"The run's copy of its data cannot be written to {run} ({error})."
                " Make room or choose another --out."
            ) from error
        raise


def read_split(run: Path, name: str) -> tuple[Examples, np.ndarray]:
    """Reads one split of a run's copy.

    Returns:
        Examples, count x shape, and labels as `automl.data.base.Target` says.
        Examples are an array where those of all splits are within the memory
        they may take, else `StoredExamples`. Whole numbers of 8 or 16 bits are
        as they were kept, all others float32 or int32.

    Raises:
        UserInputError: If the run's copy of the data is gone or damaged.
    """
    import numpy as np

    folder = run / FOLDER
    if not folder.exists() and (run / ARCHIVE).exists():
        return _read_archive(run / ARCHIVE, name)
    try:
        memory = int(_record(run)["memory"])
        stored = {
            each: StoredExamples(folder / f"x_{each}.npy", memory=memory)
            for each in SPLITS
            if (folder / f"x_{each}.npy").exists()
        }
        y = np.load(folder / f"y_{name}.npy", allow_pickle=False)
        x = stored[name]
        return (x if sum(each.nbytes for each in stored.values()) > memory else x[:]), y
    except (OSError, ValueError, KeyError, EOFError, TypeError, UserInputError) as error:
        raise _unreadable(folder, error) from error


def read_summary(run: Path) -> DataSummary:
    """Reads the description of a run's data.

    Raises:
        UserInputError: If it is gone or damaged.
    """
    try:
        record = _record(run) if (run / FOLDER).exists() else _recorded(run)
        return DataSummary.from_dict(
            {key: value for key, value in record.items() if key != "memory"}
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(run / FOLDER, error) from error


def _record(run: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((run / FOLDER / SUMMARY).read_text(encoding="utf-8"))
    return record


def _recorded(run: Path) -> dict[str, Any]:
    """Returns what a run of the first versions kept among its other records."""
    from automl.records.store import RunStore

    with RunStore(run) as store:
        record: dict[str, Any] = store.fact("data") or {}
        return record


def _read_archive(path: Path, name: str) -> tuple[Examples, np.ndarray]:
    """Reads the one archive of the first versions."""
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as archive:
            x = archive[f"x_{name}"]
            # Those versions kept int32 for tokens alone.
            return x if x.dtype == np.int32 else x.astype(np.float32), archive[f"y_{name}"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> UserInputError:
    reason = f"it holds no {error}" if isinstance(error, KeyError) else str(error).rstrip(".")
    return UserInputError(
        f"The run's copy of its data, {path}, cannot be read ({reason})."
        " Run the search again with another --out."
    )
