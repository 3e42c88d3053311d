"""Writes `report.html`."""

from __future__ import annotations

from pathlib import Path

from automl.run import Run


def write_report(run: Run) -> Path:
    path = run.folder / "report.html"
    path.write_text("<html>")
    return path
