"""Everything that stands beside the files of a format, written at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from automl.data.dataset import DataSummary
from automl.export.folder import manifest
from automl.export.folder.placing import files_for
from automl.export.samples.composing import samples
from automl.preprocessing import usage
from automl.preprocessing.base import part_from
from automl.records.store import FILE_NAME as RUN_FILE
from automl.registry import EXPORTERS
from automl.staging import folder_name
from automl.types import Artifact
from automl.versions import versions


def describe_format(
    run: Path,
    format_name: str,
    artifacts: Sequence[Artifact],
    data: DataSummary,
    task: str,
    threshold: float | None = None,
) -> None:
    """Writes what stands beside a format's files, all of it or nothing.

    That is: labels, preprocessing, samples, model card, and the manifest that
    lists them.

    Args:
        run: The run's folder.
        format_name: Registry name of the exporter.
        artifacts: What is known of the files.
        data: The run's data.
        task: Registry name of the run's task.
        threshold: Score from which on an example is an anomaly, or None.
    """
    folder = run / "export" / folder_name(format_name)
    if not folder.is_dir():
        return
    mine = [artifact for artifact in artifacts if artifact.format == format_name]
    told = usage.usage(data, task, threshold)
    with files_for(folder, last=manifest.FILE_NAME) as fresh:
        _write_labels(fresh, data.target.names)
        _write_json(fresh / usage.FILE_NAME, told)
        if data.encoder is not None:
            part_from(data.encoder).write(fresh)
        for name, text in _samples(told, mine).items():
            (fresh / name).write_text(text, encoding="utf-8")
        _write_card(fresh, run, format_name, mine)
        made_by = versions(format_name=format_name)
        record = manifest.manifest(run, format_name, mine, data, task, made_by, fresh)
        _write_json(fresh / manifest.FILE_NAME, record)


def _write_labels(folder: Path, names: Sequence[str]) -> None:
    """Writes the name of each output, one a line; there is none for a reconstruction."""
    if names:
        (folder / "labels.txt").write_text(
            "".join(f"{' '.join(name.split())}\n" for name in names), encoding="utf-8"
        )


def _samples(told: dict[str, Any], artifacts: Sequence[Artifact]) -> dict[str, str]:
    """Returns the samples of a format, whose comments name one of its files."""
    placed = [artifact for artifact in artifacts if artifact.placed]
    if not placed:
        return {}
    first = placed[0]
    file = PurePosixPath(*PurePosixPath(first.path).parts[2:])
    return samples(told, EXPORTERS.get(first.format).name, file.as_posix())


def _write_card(fresh: Path, run: Path, format_name: str, artifacts: Sequence[Artifact]) -> None:
    """Writes the model card; there is none without a run's records."""
    if not (run / RUN_FILE).is_file():
        return
    from automl.export.folder import card
    from automl.report.snapshot import take
    from automl.run import Run

    text = card.model_card(take(Run(run)), run, format_name, artifacts)
    (fresh / card.FILE_NAME).write_text(text, encoding="utf-8")


def _write_json(path: Path, record: object) -> None:
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
