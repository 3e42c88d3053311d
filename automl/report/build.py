"""Writes `report.html`: one file, no requests, from the run's records alone."""

from __future__ import annotations

import base64
import hashlib
import os
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from automl.report import trials
from automl.report.architecture import tree
from automl.report.classes import class_view
from automl.report.command import command_line
from automl.report.facts import data_facts, model_facts, notes, run_facts, skipped, version_facts
from automl.report.files import file_rows, judged_rows
from automl.report.finalists import finalist_rows
from automl.report.importance import importance
from automl.report.ladder import ladder_rows
from automl.report.numbers import format_name, number, plural, whole
from automl.report.outcome import outcome
from automl.report.plots.canvas import Plot, house_style
from automl.report.plots.curves import curves_plot
from automl.report.plots.forecasts import forecast_plots
from automl.report.plots.front import front_plot
from automl.report.plots.ladder import ladder_plot
from automl.report.plots.predicted import predicted_plots
from automl.report.plots.progress import progress_plot
from automl.report.plots.scores import scores_plots
from automl.report.snapshot import Snapshot, ranked, take
from automl.report.verdict import verdict
from automl.run import Run

FILE_NAME = "report.html"


def write_report(run: Run) -> Path:
    """Writes the report of a run, finished or not, and returns its path.

    The file is replaced whole. The same records give the same bytes.
    """
    path = run.folder / FILE_NAME
    temporary = path.with_name(f".{FILE_NAME}.tmp")
    temporary.write_text(render(take(run)), encoding="utf-8")
    os.replace(temporary, path)
    return path


def render(snapshot: Snapshot) -> str:
    """Returns the page; everything that comes from the run is escaped in it."""
    environment = Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "whole": whole,
        "number": number,
        "format_name": format_name,
        "svg": Markup,  # Only for what `to_svg` returned, which is escaped there.
    }
    environment.globals["plural"] = plural
    return environment.get_template("page.html").render(_context(snapshot))


def _context(snapshot: Snapshot) -> dict[str, Any]:
    script = _read("script.js")
    model = snapshot.winner or next(iter(ranked(snapshot.trials)), None)
    return {
        "run": snapshot,
        "style": Markup(_read("style.css")),  # noqa: S704 (our own file)
        "script": Markup(script),  # noqa: S704 (our own file)
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "verdict": verdict(snapshot),
        "files": file_rows(snapshot),
        "judged": judged_rows(snapshot),
        "ladder": ladder_rows(snapshot),
        "finalists": finalist_rows(snapshot),
        "plots": _plots(snapshot),
        "outcome": outcome(snapshot),
        "outcome_plots": _outcome_plots(snapshot),
        "classes": class_view(snapshot),
        "quality": snapshot.quality.label,
        "importance": importance(snapshot),
        "columns": trials.columns(snapshot),
        "trained": trials.trained(snapshot),
        "rejected": trials.rejected(snapshot),
        "model": model,
        "model_facts": model_facts(model, snapshot) if model else (),
        "branches": tree(model.architecture) if model else (),
        "data_facts": data_facts(snapshot),
        "skipped": skipped(snapshot),
        "run_facts": run_facts(snapshot),
        "version_facts": version_facts(snapshot),
        "notes": notes(snapshot),
        "command": command_line(snapshot.config),
    }


def _plots(snapshot: Snapshot) -> tuple[Plot, ...]:
    with house_style():
        return tuple(
            plot(snapshot) for plot in (front_plot, ladder_plot, progress_plot, curves_plot)
        )


def _outcome_plots(snapshot: Snapshot) -> tuple[Plot, ...]:
    with house_style():
        return (
            *predicted_plots(snapshot),
            *forecast_plots(snapshot),
            *scores_plots(snapshot),
        )


def _read(name: str) -> str:
    return resources.files("automl.report").joinpath(name).read_text(encoding="utf-8")
