"""The exported files and what running them showed, as rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from automl.exports import is_export
from automl.report.numbers import latency, number, with_error
from automl.report.snapshot import Snapshot
from automl.types import Artifact, Verification, VerificationStatus
from automl.units import format_size

#: Status of a file that passed on validation data and that the run has not put in place yet.
WAITING = "not in place yet"
#: The same once another trial was chosen: it never will be.
NOT_CHOSEN = "not chosen"


@dataclass(frozen=True)
class RunRow:
    """One file on one runtime; texts are ready to be shown.

    Attributes:
        split: Which examples it was run on, as far as the records tell.
    """

    runtime: str
    status: str
    split: str
    examples: int
    quality: str
    keras_quality: str
    agreement: str
    difference: str
    latency: str
    latency_p95: str
    reason: str


@dataclass(frozen=True)
class FileRow:
    """One exported file.

    Attributes:
        status: ``verified``, ``not verified``, ``failed``, `WAITING` or
            `NOT_CHOSEN`.
        over: What bound it breaks, in words; empty if none.
        files: (path inside the run's folder, sha256) of each of its files.
    """

    trial: int
    format: str
    recipe: str
    chosen: bool
    status: str
    over: str
    size: int
    gzip_size: int
    runs: tuple[RunRow, ...]
    files: tuple[tuple[str, str], ...]
    reason: str


def file_rows(snapshot: Snapshot) -> list[FileRow]:
    """Returns the files of the winner, refused ones too, and any other in place."""
    return [
        _row(artifact, snapshot) for artifact in snapshot.judged if is_export(artifact, snapshot)
    ]


def judged_rows(snapshot: Snapshot) -> list[FileRow]:
    """Returns the artifacts that were judged on validation data and not chosen to ship."""
    shown = {(row.trial, row.format, row.recipe) for row in file_rows(snapshot)}
    return [
        _row(artifact, snapshot)
        for artifact in snapshot.judged
        if (artifact.trial, artifact.format, artifact.recipe) not in shown
    ]


def split_of(artifact: Artifact, verification: Verification, snapshot: Snapshot) -> str:
    """Returns which examples a verification used, as far as the records tell.

    A file is put in place only after the test data was run; before that, the
    number of examples tells, unless both splits have the same.
    """
    if artifact.placed:
        return "test"
    counts = {split: snapshot.count(split) for split in ("validation", "test")}
    fitting = [split for split, count in counts.items() if count == verification.examples]
    return fitting[0] if len(fitting) == 1 else "held-out"


def _row(artifact: Artifact, snapshot: Snapshot) -> FileRow:
    bound = snapshot.config.constraints.max_size
    over = bound is not None and artifact.size > bound
    folder = PurePosixPath(artifact.path).parent
    status = str(artifact.status)
    staged = artifact.path and not artifact.placed
    if staged and artifact.status is not VerificationStatus.FAILED:
        winner = snapshot.choice.trial if snapshot.choice else artifact.trial
        status = WAITING if artifact.trial == winner else NOT_CHOSEN
    return FileRow(
        trial=artifact.trial,
        format=artifact.format,
        recipe=artifact.recipe,
        chosen=snapshot.artifact == artifact,
        status=status,
        over=f"over the bound of {format_size(bound)}" if over else "",
        size=artifact.size,
        gzip_size=artifact.gzip_size,
        runs=tuple(_run(artifact, each, status, snapshot) for each in artifact.verifications),
        files=tuple((str(folder / name), digest) for name, digest in artifact.files.items())
        if artifact.path
        else (),
        reason=artifact.reason,
    )


def _run(
    artifact: Artifact, verification: Verification, file_status: str, snapshot: Snapshot
) -> RunRow:
    # "verified" is said of shipped files alone, and those are verified on the test data.
    aside = file_status in (WAITING, NOT_CHOSEN)
    passed = verification.status is VerificationStatus.PASSED
    return RunRow(
        runtime=verification.runtime,
        status=file_status if aside and passed else str(verification.status),
        split=split_of(artifact, verification, snapshot),
        examples=verification.examples,
        quality=with_error(verification.quality, verification.error, snapshot.quality),
        keras_quality=snapshot.quality.format(verification.keras_quality),
        agreement=number(verification.agreement),
        difference=number(verification.max_abs_diff, ".2g"),
        latency=latency(verification.latency_ms),
        latency_p95=latency(verification.latency_p95_ms),
        reason=verification.reason,
    )
