"""Verifies an exported file anywhere, later, by what stands beside it: no run is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.compression.recipe import Tolerance
from automl.compression.recipes import FLOAT32
from automl.data.options import ReadOptions
from automl.errors import MissingPartError, UserInputError, VerificationError
from automl.measure.size import folder_size, hashes
from automl.preprocessing import usage
from automl.registry import RECIPES, TASKS
from automl.types import Artifact, Verification, VerificationStatus
from automl.verify.beside import (
    changed,
    exported_file,
    format_of,
    keras_beside,
    recorded,
    usage_beside,
)
from automl.verify.compare import compare
from automl.verify.finding import runtimes_for
from automl.verify.fresh.keras_file import KerasRuntime
from automl.verify.fresh.registered import isolated
from automl.verify.held_out import held_out

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Examples

#: Stands for a runtime where a file is not the one that was exported.
SHA256 = "sha256"
Say = Callable[[str], None]


def verify_file(
    path: str | Path,
    data: str = "",
    options: ReadOptions | None = None,
    runtimes: Sequence[str] = (),
    say: Say = lambda text: None,
) -> Artifact:
    """Checks a file's hashes, then runs it on data and compares it with its Keras model.

    Args:
        path: The file, or the folder that holds it.
        data: Labelled DATA, as for a search; without any, only hashes are checked.
        options: How the data is read.
        runtimes: Names of runtimes; by default those that a search uses.
        say: Hears what takes time.

    Returns:
        The file with its verifications. Where there is no Keras model to compare
        with, they are "not verified" and hold the task's metrics.

    Raises:
        UserInputError: If there is no such file, nothing says how to feed it, or
            the data is of another kind.
    """
    file = exported_file(Path(path))
    known = recorded(file)
    artifact = _artifact(file, known)
    if known is None and not data:
        raise UserInputError(
            f"{file} has no manifest.json, so that no hash can be checked. Give --data to run it."
        )
    if known is not None and (reason := changed(file, known)):
        failed = Verification(SHA256, VerificationStatus.FAILED, reason=reason)
        return _with(artifact, [failed], reason)
    if not data:
        return _with(artifact, [Verification(SHA256, VerificationStatus.PASSED)])
    names = runtimes_for(artifact.format, tuple(runtimes))
    if not names:
        raise UserInputError(
            f"{', '.join(runtimes) or 'No runtime'} runs no {artifact.format} file."
        )
    record = usage_beside(file)
    say("Reading the data")
    x, y, notes = held_out(record, data, options or ReadOptions())
    for note in notes:
        say(note)
    reference = _reference(file, known, x, say)
    found = []
    for name in names:
        say(f"Running {name}")
        found.append(_verify(name, file, x, y, reference, record, known))
    return _with(artifact, found)


def _artifact(file: Path, known: dict[str, Any] | None) -> Artifact:
    size, gzip_size = folder_size(file.parent)
    return Artifact(
        trial=(known or {}).get("trial", 0),
        format=format_of(file) or "",
        recipe=(known or {}).get("recipe", file.resolve().parent.name),
        path=str(file),
        size=(known or {}).get("size", size),
        gzip_size=(known or {}).get("gzip_size", gzip_size),
        files=(known or {}).get("files", hashes(file.parent)),
    )


def _with(artifact: Artifact, found: Sequence[Verification], reason: str = "") -> Artifact:
    from dataclasses import replace

    return replace(artifact, verifications=tuple(found), reason=reason)


def _reference(
    file: Path, known: dict[str, Any] | None, x: Examples, say: Say
) -> np.ndarray | None:
    """Returns what the Keras model says of the same examples; None if it is not there."""
    model = keras_beside(file, known)
    if model is None:
        say("There is no .keras file to compare with: the metric alone is told.")
        return None
    say(f"Running {model.name} in Keras")
    return KerasRuntime().call(model, x)[1]


def _verify(
    name: str,
    file: Path,
    x: Examples,
    y: np.ndarray,
    reference: np.ndarray | None,
    record: dict[str, Any],
    known: dict[str, Any] | None,
) -> Verification:
    runtime = isolated(name)
    if reason := runtime.missing():
        return Verification(runtime.name, VerificationStatus.SKIPPED, reason=reason)
    try:
        result = runtime.run(file, x)
    except MissingPartError as error:
        return Verification(runtime.name, VerificationStatus.SKIPPED, reason=str(error))
    except VerificationError as error:
        return Verification(runtime.name, VerificationStatus.FAILED, reason=str(error))
    judged = next((v.get("metric", "") for v in (known or {}).get("verifications", ())), "")
    return compare(
        runtime.name,
        result,
        reference,
        y,
        task=TASKS.get(record["output"]["task"])(),
        data=usage.summary_of(record),
        tolerance=_tolerance(known),
        metric=judged,
    )


def _tolerance(known: dict[str, Any] | None) -> Tolerance:
    """Returns what a file's recipe allows; that of full precision where nobody says."""
    if known is None:
        return FLOAT32.tolerance
    told = known.get("how", {}).get("tolerance", {})
    try:
        return Tolerance(
            max_abs_diff=float(told["max_abs_diff"]), min_agreement=float(told["min_agreement"])
        )
    except (LookupError, TypeError, ValueError):
        name = known.get("recipe", "")
        if not isinstance(name, str) or ":" in name or name not in RECIPES.names():
            return FLOAT32.tolerance
        tolerance: Tolerance = RECIPES.get(name).tolerance
        return tolerance


def differences(artifact: Artifact) -> str:
    """Returns what failed of a file, in one line: which output, by how much."""
    lines = [
        f"{artifact.format} {artifact.recipe}, {v.runtime}: {v.reason}"
        for v in artifact.verifications
        if v.status is VerificationStatus.FAILED
    ]
    return "; ".join(lines)
