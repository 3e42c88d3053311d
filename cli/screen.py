"""Progress on stderr: a live line in a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from automl.tuning.observer import Observer, Progress
from automl.types import Artifact, Trial, TrialState, VerificationStatus
from automl.units import format_count, format_duration, format_latency, format_size

from .noise import without_native_noise


@contextmanager
def observer(*, quiet: bool) -> Iterator[Observer]:
    """Yields the observer that suits where stderr goes.

    Args:
        quiet: Whether to show nothing.
    """
    with without_native_noise() as stderr:
        console = Console(file=stderr, highlight=False)
        if quiet:
            yield Observer()
        elif not console.is_terminal:
            yield PlainScreen(stderr)
        else:
            screen = LiveScreen(console)
            with screen.live:
                yield screen


class PlainScreen(Observer):
    """One line per thing that happened, for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def stage(self, name: str) -> None:
        """Prints the step."""
        self._print(f"{name} ...")

    def trial(self, trial: Trial) -> None:
        """Prints how a trial ended."""
        self._print(describe(trial).plain)

    def artifact(self, artifact: Artifact) -> None:
        """Prints what came of an artifact."""
        self._print(describe_artifact(artifact).plain)

    def note(self, text: str) -> None:
        """Prints the note."""
        self._print(text)

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class LiveScreen(Observer):
    """Finished trials scroll by; below them the running one, the best and the time left."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage = "Starting"
        self._progress = Progress()
        self._epoch: tuple[Trial, int, int, dict[str, float]] | None = None
        self._spinner = Spinner("dots", style="cyan")
        self.live = Live(
            console=console, get_renderable=self._render, refresh_per_second=8, transient=True
        )

    def stage(self, name: str) -> None:
        """Changes the line below."""
        self._stage, self._epoch = name, None

    def progress(self, progress: Progress) -> None:
        """Updates counts and times."""
        self._progress = progress

    def epoch(self, trial: Trial, epoch: int, epochs: int, metrics: dict[str, float]) -> None:
        """Moves the running trial's bar."""
        self._epoch = (trial, epoch + 1, epochs, metrics)

    def trial(self, trial: Trial) -> None:
        """Prints how a trial ended."""
        self._epoch = None
        line = describe(trial)
        best = self._progress.best
        if trial.score is not None and (best is None or trial.score > (best.score or 0.0)):
            line.stylize("green")
        self._console.print(line)

    def artifact(self, artifact: Artifact) -> None:
        """Prints what came of an artifact."""
        self._console.print(describe_artifact(artifact))

    def note(self, text: str) -> None:
        """Prints the note."""
        self._console.print(text, style="dim")

    def _render(self) -> Group:
        lines = Table.grid(padding=(0, 1))
        lines.add_row(self._spinner, Text.assemble((self._stage, "bold"), self._counts()))
        rows = [lines]
        if self._epoch is not None:
            trial, done, epochs, metrics = self._epoch
            bar = Table.grid(padding=(0, 1))
            accuracy = metrics.get("val_accuracy")
            bar.add_row(
                f"  trial {trial.number}",
                ProgressBar(total=epochs, completed=done, width=30),
                f"epoch {done}/{epochs}",
                "" if accuracy is None else f"val_accuracy {accuracy:.4f}",
            )
            rows.append(bar)
        return Group(*rows)

    def _counts(self) -> Text:
        seen = self._progress
        if self._stage != "Searching":
            return Text("")
        of = f"/{seen.planned}" if seen.planned else ""
        parts = [f"{seen.completed}{of} trials"]
        if seen.rejected:
            parts.append(f"{seen.rejected} rejected")
        if seen.failed:
            parts.append(f"{seen.failed} failed")
        if seen.best is not None and seen.best.measures is not None:
            parts.append(f"best {_score(seen.best)} at {format_size(seen.best.measures.size)}")
        left = seen.seconds_left
        parts.append(
            format_duration(seen.elapsed) if left is None else f"{format_duration(left)} left"
        )
        return Text("  " + " · ".join(parts), style="default")


def _score(trial: Trial) -> str:
    accuracy = trial.metrics.get("val_accuracy")
    return f"{trial.score:.4f}" if accuracy is None else f"{accuracy:.4f}"


def describe(trial: Trial) -> Text:
    """Returns a finished trial as one line."""
    head = Text(f"trial {trial.number:>3}  ", style="dim")
    if trial.state is TrialState.REJECTED:
        return head + Text(f"rejected  {trial.reason}", style="yellow")
    if trial.state is TrialState.FAILED:
        return head + Text(f"failed    {trial.reason}", style="red")
    space = f" of {trial.values['space']}" if "space" in trial.values else ""
    measures = trial.measures
    size = format_size(measures.size) if measures else "-"
    latency = format_latency(measures.latency_ms) if measures else "-"
    params = format_count(measures.params) if measures else "-"
    by = trial.proposed_by + space
    line = (
        f"val_accuracy {_score(trial)}  {size:>8}  {params:>6} params  {latency:>8}"
        f"  {trial.epochs:>3} epochs  {format_duration(trial.seconds):>4}  {by}"
    )
    return head + Text(line, style="default")


def describe_artifact(artifact: Artifact) -> Text:
    """Returns an artifact's state as one line."""
    what = f"{artifact.format} {artifact.recipe} of trial {artifact.trial}: "
    verification = artifact.verification
    if verification is None or artifact.status is VerificationStatus.FAILED:
        reason = artifact.reason or (verification.reason if verification else "")
        reason = reason or "; ".join(v.reason for v in artifact.verifications)
        return Text(f"{what}{artifact.status}: {reason}", style="red")
    accuracy = verification.accuracy
    shown = "-" if accuracy is None else f"{accuracy:.4f}"
    return Text(
        f"{what}{format_size(artifact.size)}, accuracy {shown} on {verification.examples}"
        f" {'test' if artifact.placed else 'validation'} examples,"
        f" {format_latency(verification.latency_ms)}",
        style="default",
    )
