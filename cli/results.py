"""The table at the end of a search, for people; goes to stdout."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from automl.demo.site import PLACE
from automl.run import Run
from automl.tasks.metrics import Metric, metric_of
from automl.types import Artifact, Verification, VerificationStatus
from automl.units import format_latency, format_size

_STYLES = {
    VerificationStatus.PASSED: "green",
    VerificationStatus.FAILED: "red",
    VerificationStatus.SKIPPED: "yellow",
}


def print_results(run: Run) -> None:
    """Prints the exported files, the reason of the choice and where the report is."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 120  # No screen to fit into.
    console.print(artifact_table(run))
    choice, verification = run.choice, run.artifact and run.artifact.verification
    if verification:
        console.print(
            f"{_metric(run).label}: on {verification.examples} test examples; agrees, max diff:"
            " with the Keras model on them; * the choice",
            style="dim",
        )
        console.print(f"The choice on them: {scores(verification)}.")
    console.print()
    if choice is not None:
        console.print(choice.reason)
    if warning := run.fact("warning"):
        console.print(str(warning), style="yellow")
    for artifact in run.artifacts:
        for verification in artifact.verifications:
            if verification.status is not VerificationStatus.PASSED:
                console.print(
                    f"{artifact.format} {artifact.recipe}, {verification.runtime}:"
                    f" {verification.status}: {verification.reason}",
                    style=_STYLES[verification.status],
                )
    console.print(f"Files:  {run.folder / 'export'}", soft_wrap=True)
    console.print(f"Report: {run.folder / 'report.html'}", soft_wrap=True)
    if (run.folder / PLACE).is_dir():
        console.print(f"Demo:   automl demo {run.folder}", soft_wrap=True)


def artifact_table(run: Run) -> Table:
    """Returns one row per exported artifact; the chosen one is marked."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for name in ("", "format", "recipe"):
        table.add_column(name, no_wrap=True)
    for name in ("bytes", "gzipped", _metric(run).label, "agrees", "max diff", "latency"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    chosen = run.artifact
    for artifact in run.artifacts:
        bold = artifact == chosen
        table.add_row(*_cells(artifact, run), style="bold" if bold else "")
    return table


def _cells(artifact: Artifact, run: Run) -> list[str]:
    verification = artifact.verification
    bound = run.config.constraints.max_size
    mark = "*" if artifact == run.artifact else ""
    status = f"[{_STYLES[artifact.status]}]{artifact.status}[/]"
    if bound is not None and artifact.size > bound:
        status += f", over {format_size(bound)}"
    latency = verification.latency_ms if verification else None
    limit = run.config.constraints.max_latency
    if latency is not None and limit is not None and latency > limit:
        status += f", over {format_latency(limit)}"
    if verification is None or artifact.status is VerificationStatus.FAILED:
        size = f"{artifact.size:,}" if artifact.size else "-"
        gzipped = f"{artifact.gzip_size:,}" if artifact.size else "-"
        return [mark, artifact.format, artifact.recipe, size, gzipped, *"----", status]
    return [
        mark,
        artifact.format,
        artifact.recipe,
        f"{artifact.size:,}",
        f"{artifact.gzip_size:,}",
        _metric(run).format(verification.quality),
        _number(verification.agreement, ".4f"),
        _number(verification.max_abs_diff, ".1e"),
        format_latency(verification.latency_ms),
        status,
    ]


def scores(verification: Verification) -> str:
    """Returns every metric of a file in one line, e.g. ``accuracy 0.9812, AUC 0.9991``."""
    told = [
        f"{metric_of(name).label} {metric_of(name).format(value)}"
        for name, value in verification.metrics.items()
    ]
    left_out = [
        f"no {metric_of(name).label}: {reason}" for name, reason in verification.left_out.items()
    ]
    return "; ".join([", ".join(told), *left_out])


def _metric(run: Run) -> Metric:
    return metric_of(run.metric)


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def verification_table(artifacts: list[Artifact]) -> None:
    """Prints one row per artifact and runtime."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("format", "recipe", "runtime", "status"):
        table.add_column(name)
    judged = next((v.metric for a in artifacts for v in a.verifications if v.metric), "quality")
    for name in (metric_of(judged).label, "agrees", "max diff", "latency"):
        table.add_column(name, justify="right")
    for artifact in artifacts:
        for verification in artifact.verifications:
            table.add_row(
                artifact.format,
                artifact.recipe,
                verification.runtime,
                f"[{_STYLES[verification.status]}]{verification.status}[/]",
                metric_of(judged).format(verification.quality),
                _number(verification.agreement, ".4f"),
                _number(verification.max_abs_diff, ".1e"),
                format_latency(verification.latency_ms),
            )
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 120  # No screen to fit into.
    console.print(table)
