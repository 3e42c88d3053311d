"""Progress on stderr: a live line in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from automl.selection import score
from automl.tasks.metrics import metric_of
from automl.tuning.observer import Observer, Progress
from automl.types import Artifact, Trial, TrialState, VerificationStatus
from automl.units import format_count, format_duration, format_latency, format_size

from .noise import without_native_noise

#: Trials in training that are shown at most.
MOST_BARS = 8
#: What stands for the ranking until it is known; Keras measures it after each epoch.
LOSS = "val_loss"


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
        self._quarter = 0
        self._ranking = LOSS

    def stage(self, name: str) -> None:
        """Prints the step."""
        self._print(f"{name} ...")

    def reading(self, done: int, total: int, what: str) -> None:
        """Prints how far the reading is, four times at most."""
        quarter = 4 * done // total if total else 0
        if done == 0:
            self._quarter = 0
        elif quarter > self._quarter:
            self._quarter = quarter
            self._print(f"{done:,} of {total:,} {what} read")

    def objectives(self, names: tuple[str, ...]) -> None:
        """Remembers what ranks."""
        self._ranking = names[0]

    def trial(self, trial: Trial) -> None:
        """Prints how a trial ended."""
        self._print(describe(trial, self._ranking).plain)

    def artifact(self, artifact: Artifact) -> None:
        """Prints what came of an artifact."""
        self._print(describe_artifact(artifact).plain)

    def note(self, text: str) -> None:
        """Prints the note."""
        self._print(text)

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


@dataclass
class Reading:
    """How far a reading is, and how long it will take at the pace so far.

    Attributes:
        what: What is counted, e.g. ``"images"``.
        began: When it began, of `time.monotonic`.
        done: How many are read.
        total: How many there are; 0 if unknown.
    """

    what: str
    began: float
    done: int = 0
    total: int = 0

    def line(self) -> Table:
        """Returns a bar, a count and the time left."""
        line = Table.grid(padding=(0, 1))
        count = f"{self.done:,} {self.what}"
        if not self.total:
            line.add_row(" ", count)
            return line
        seconds = time.monotonic() - self.began
        left = seconds * (self.total - self.done) / self.done if self.done else None
        line.add_row(
            " ",
            ProgressBar(total=self.total, completed=self.done, width=30),
            f"{self.done:,}/{self.total:,} {self.what}",
            "" if left is None or seconds < 1 else f"{format_duration(left)} left",
        )
        return line


class LiveScreen(Observer):
    """Finished trials scroll by; below them those in training, the best and the time left."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage = "Starting"
        self._progress = Progress()
        self._ranking = LOSS
        #: Trial -> its last epoch, of how many, and what was measured; the last heard of last.
        self._epochs: dict[int, tuple[int, int, dict[str, float]]] = {}
        self._reading: Reading | None = None
        self._spinner = Spinner("dots", style="cyan")
        self.live = Live(
            console=console, get_renderable=self._render, refresh_per_second=8, transient=True
        )

    def stage(self, name: str) -> None:
        """Changes the line below."""
        self._stage, self._epochs, self._reading = name, {}, None

    def reading(self, done: int, total: int, what: str) -> None:
        """Moves the bar of the data that is being read."""
        if self._reading is None or self._reading.what != what or done < self._reading.done:
            self._reading = Reading(what, time.monotonic())
        self._reading.done, self._reading.total = done, total

    def objectives(self, names: tuple[str, ...]) -> None:
        """Remembers what ranks."""
        self._ranking = names[0]

    def progress(self, progress: Progress) -> None:
        """Updates counts and times."""
        self._progress = progress

    def epoch(self, trial: Trial, epoch: int, epochs: int, metrics: dict[str, float]) -> None:
        """Moves the bar of a trial in training."""
        self._epochs.pop(trial.number, None)
        self._epochs[trial.number] = epoch + 1, epochs, metrics
        # One that ended without a word was heard of longest ago.
        for number in list(self._epochs)[: -self._progress.at_once]:
            del self._epochs[number]

    def trial(self, trial: Trial) -> None:
        """Prints how a trial ended."""
        self._epochs.pop(trial.number, None)
        line = describe(trial, self._ranking)
        best = self._progress.best
        if trial.score is not None and (best is None or score(trial) > score(best)):
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
        if self._reading is not None:
            rows.append(self._reading.line())
        if self._epochs:
            rows.append(self._bars())
        if len(self._epochs) > MOST_BARS:
            rest = len(self._epochs) - MOST_BARS
            return Group(*rows, Text(f"  and {rest} more in training", style="dim"))
        return Group(*rows)

    def _bars(self) -> Table:
        bars = Table.grid(padding=(0, 1))
        for number in sorted(self._epochs)[:MOST_BARS]:
            done, epochs, metrics = self._epochs[number]
            # Keras measures few metrics after each epoch; the loss always.
            shown = self._ranking if self._ranking in metrics else LOSS
            bars.add_row(
                f"  trial {number}",
                ProgressBar(total=epochs, completed=done, width=30),
                f"epoch {done}/{epochs}",
                f"{shown} {metric_of(shown).format(metrics.get(shown))}",
            )
        return bars

    def _counts(self) -> Text:
        seen = self._progress
        if self._stage != "Searching":
            return Text("")
        of = f"/{seen.planned}" if seen.planned else ""
        begun = seen.completed + seen.paused + seen.stopped
        parts = [f"{begun}{of} trials"]
        if begun > seen.completed:
            parts.append(f"{seen.completed} trained to the end")
        if seen.rejected:
            parts.append(f"{seen.rejected} rejected")
        if seen.failed:
            parts.append(f"{seen.failed} failed")
        if seen.best is not None and seen.best.measures is not None:
            best = _score(seen.best, self._ranking)
            parts.append(f"best {best} at {format_size(seen.best.measures.size)}")
        left = seen.seconds_left
        parts.append(
            format_duration(seen.elapsed) if left is None else f"{format_duration(left)} left"
        )
        return Text("  " + " · ".join(parts), style="default")


def _score(trial: Trial, ranking: str) -> str:
    return metric_of(ranking).format(trial.metrics.get(ranking))


def describe(trial: Trial, ranking: str) -> Text:
    """Returns a finished trial as one line.

    Args:
        trial: What ended.
        ranking: The objective that ranks, e.g. ``"val_accuracy"``.
    """
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
        f"{ranking} {_score(trial, ranking)}  {size:>8}  {params:>6} params  {latency:>8}"
        f"  {trial.epochs:>3} epochs  {format_duration(trial.seconds):>4}  {by}"
    )
    if trial.state in (TrialState.PAUSED, TrialState.STOPPED):
        why = f": {trial.reason}" if trial.reason else ""
        return head + Text(f"{line}  ({trial.state}{why})", style="dim")
    return head + Text(line, style="default")


def describe_artifact(artifact: Artifact) -> Text:
    """Returns an artifact's state as one line."""
    what = f"{artifact.format} {artifact.recipe} of trial {artifact.trial}: "
    verification = artifact.verification
    if verification is None or artifact.status is VerificationStatus.FAILED:
        reason = artifact.reason or (verification.reason if verification else "")
        reason = reason or "; ".join(v.reason for v in artifact.verifications)
        return Text(f"{what}{artifact.status}: {reason}", style="red")
    metric = metric_of(verification.metric)
    return Text(
        f"{what}{format_size(artifact.size)}, {metric.label} {metric.format(verification.quality)}"
        f" on {verification.examples}"
        f" {'test' if artifact.placed else 'validation'} examples,"
        f" {format_latency(verification.latency_ms)}",
        style="default",
    )
