"""The headline: what came of the run, in words; decided from the records alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from automl.config import Constraints
from automl.report.command import command_line
from automl.report.files import file_rows, split_of
from automl.report.numbers import MISSING, format_name, latency, number, plural, whole, with_error
from automl.report.snapshot import Snapshot, ranked
from automl.selection import nothing_feasible
from automl.types import Artifact, TrialState, Verification, VerificationStatus
from automl.units import format_duration, format_size


class Mood(StrEnum):
    """How the headline looks."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    OPEN = "open"


@dataclass(frozen=True)
class Figure:
    """One figure under the headline."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Verdict:
    """What came of the run.

    Attributes:
        badge: One or two words beside the headline.
        headline: One sentence.
        summary: What was done to get there.
        why: The reason of the choice, or of there being none.
        files: How many exported files passed, in words; empty if all did.
        resume: The command that goes on, if that makes sense.
    """

    mood: Mood
    badge: str
    headline: str
    summary: str
    why: str
    figures: tuple[Figure, ...] = ()
    files: str = ""
    resume: str = ""


def verdict(snapshot: Snapshot) -> Verdict:
    """Returns what came of a run, finished or not."""
    if snapshot.choice is not None:
        return _chosen(snapshot)
    summary, resume = summary_of(snapshot), command_line(snapshot.config, out=True)
    if not snapshot.search_end:
        return Verdict(Mood.OPEN, "unfinished", _so_far(snapshot), summary, "", resume=resume)
    completed = snapshot.in_state(TrialState.COMPLETED)
    failed = snapshot.in_state(TrialState.FAILED)
    rejected = snapshot.in_state(TrialState.REJECTED)
    if not completed and failed:
        why = f"Trial {failed[0].number} was the first to fail: {failed[0].reason}"
        headline = f"Nothing to ship: {_all(len(failed), 'trained trial')} failed"
        return Verdict(Mood.BAD, "failed", headline, summary, why)
    if not completed and rejected:
        why = str(nothing_feasible(rejected, snapshot.config.constraints))
        bounded = snapshot.config.constraints != Constraints()
        reason = "no candidate met the constraints" if bounded else "every candidate was rejected"
        headline = f"Nothing to ship: {reason}"
        return Verdict(Mood.BAD, "nothing feasible", headline, summary, why)
    if not completed:
        headline = "Nothing to ship: the search ended before a trial was trained"
        return Verdict(Mood.BAD, "nothing trained", headline, summary, "")
    if snapshot.failure:
        headline = "Nothing to ship: no exported file passed"
        return Verdict(Mood.BAD, "failed", headline, summary, snapshot.failure)
    headline = "The search is done; no exported file has been chosen"
    return Verdict(Mood.OPEN, "unfinished", headline, summary, _refusals(snapshot), resume=resume)


def summary_of(snapshot: Snapshot) -> str:
    """Returns what was searched, how much and how long, in a few sentences."""
    space = snapshot.resolved.get("space") or " + ".join(snapshot.config.space)
    oracle = snapshot.resolved.get("oracle") or snapshot.config.oracle
    counts = {state: len(snapshot.in_state(state)) for state in TrialState}
    parts = [f"{plural(counts[TrialState.COMPLETED], 'trial')} trained"]
    if early := counts[TrialState.PAUSED] + counts[TrialState.STOPPED]:
        parts.append(f"{early} trained for fewer epochs")
    if counts[TrialState.FAILED]:
        parts.append(f"{counts[TrialState.FAILED]} failed")
    if counts[TrialState.REJECTED]:
        parts.append(f"{counts[TrialState.REJECTED]} rejected before training")
    if waiting := counts[TrialState.PROPOSED] + counts[TrialState.RUNNING]:
        parts.append(f"{waiting} not done")
    limit = snapshot.config.time
    allowed = "" if limit is None else f" of the {format_duration(limit)} allowed"
    end = f" The search ended: {snapshot.search_end}." if snapshot.search_end else ""
    return (
        f"Searched the space “{space}” on “{snapshot.config.data}” with the oracle “{oracle}”:"
        f" {', '.join(parts)}, in {format_duration(snapshot.seconds)}{allowed}.{end}"
    )


def _chosen(snapshot: Snapshot) -> Verdict:
    choice, artifact = snapshot.choice, snapshot.artifact
    summary = summary_of(snapshot)
    why = choice.reason if choice else ""
    if artifact is None or (artifact.path and not artifact.placed):
        headline = "A model was chosen; its files are not exported yet"
        resume = command_line(snapshot.config, out=True)
        figures = _figures(artifact, snapshot) if artifact else ()
        return Verdict(Mood.OPEN, "unfinished", headline, summary, why, figures, resume=resume)
    named = f"{artifact.recipe} {format_name(artifact.format)}"
    if artifact.status is VerificationStatus.FAILED:
        headline = f"The chosen {named} file failed and was not put in place"
        why = f"{why} It failed because: {artifact.reason}"
        return Verdict(Mood.BAD, "failed", headline, summary, why)
    resume = "" if snapshot.finished else command_line(snapshot.config, out=True)
    headline = _shipped(artifact, snapshot)
    figures, files = _figures(artifact, snapshot), _other_files(snapshot)
    if artifact.status is VerificationStatus.SKIPPED:
        skipped = next((v.reason for v in artifact.verifications if v.reason), "")
        why = f"{why} It was not verified: {skipped}" if skipped else why
        return Verdict(Mood.WARNING, "not verified", headline, summary, why, figures, files, resume)
    if snapshot.warning:
        why = f"{snapshot.warning} {why}"
        return Verdict(Mood.WARNING, "no gain", headline, summary, why, figures, files, resume)
    return Verdict(Mood.GOOD, "verified", headline, summary, why, figures, files, resume)


def _other_files(snapshot: Snapshot) -> str:
    """Returns how many files passed and did not, or nothing if all did."""
    states = [row.status for row in file_rows(snapshot)]
    counts = {state: states.count(state) for state in dict.fromkeys(states)}
    if set(counts) == {str(VerificationStatus.PASSED)}:
        return ""
    told = ", ".join(f"{count} {state}" for state, count in counts.items())
    return f"Of {plural(len(states), 'file')}: {told}. The table below has the reasons."


def _shipped(artifact: Artifact, snapshot: Snapshot) -> str:
    size, name = format_size(artifact.size), format_name(artifact.format)
    ran = artifact.verification
    head = f"{name} model of {size} ({artifact.recipe})"
    if ran is None or ran.quality is None:
        return f"{head}, not tested"
    metric = snapshot.quality
    return f"{head} with a test {metric.label} of {metric.format(ran.quality)}"


def _figures(artifact: Artifact, snapshot: Snapshot) -> tuple[Figure, ...]:
    figures = [
        Figure(
            "Size", f"{whole(artifact.size)} bytes", f"{whole(artifact.gzip_size)} bytes gzipped"
        )
    ]
    ran = artifact.verification
    if ran is None:
        return tuple(figures)
    split = split_of(artifact, ran, snapshot)
    examples = f"{split} {'example' if ran.examples == 1 else 'examples'}"
    figures.append(
        Figure(
            f"{split.capitalize()} {snapshot.quality.label}",
            with_error(ran.quality, ran.error, snapshot.quality),
            f"on {ran.examples:,} {examples}; Keras model"
            f" {snapshot.quality.format(ran.keras_quality)}",
        )
    )
    figures.append(_agreement(ran, snapshot))
    if ran.latency_ms is not None:
        figures.append(
            Figure(
                "Latency",
                latency(ran.latency_ms),
                f"median of single calls on {ran.runtime}, on the machine of the search;"
                f" 95 % below {latency(ran.latency_p95_ms)}",
            )
        )
    return tuple(figures)


def _agreement(ran: Verification, snapshot: Snapshot) -> Figure:
    same = _SAME.get(snapshot.task, "the same answer")
    value = MISSING if ran.agreement is None else f"{ran.agreement:.2%}"
    return Figure(
        "Agreement with Keras",
        value,
        f"{same} on that share of {ran.examples:,} examples; largest difference of an output"
        f" {number(ran.max_abs_diff, '.2g')}",
    )


_SAME = {
    "": "same class",
    "classification": "same class",
    "multilabel": "same labels",
    "regression": "closer than a quarter of the numbers' spread",
    "forecasting": "closer than a quarter of the numbers' spread",
    "anomaly": "same side of a line that few scores are above",
}


def _so_far(snapshot: Snapshot) -> str:
    best = next(iter(ranked(snapshot.trials)), None)
    value = snapshot.metric.value(best) if best else None
    if best is None or value is None:
        return "The search has not ended, and no trial is trained yet"
    metric = snapshot.metric
    return f"The search has not ended; best {metric.label} so far {metric.format(value)}"


def _refusals(snapshot: Snapshot) -> str:
    """Returns why judged artifacts are out, if they all are."""
    bound = snapshot.config.constraints.max_size
    reasons = []
    for artifact in snapshot.judged:
        if artifact.status is VerificationStatus.FAILED:
            told = next((v.reason for v in artifact.verifications if v.reason), "no reason kept")
            reason = artifact.reason or told
        elif bound is not None and artifact.size > bound:
            reason = f"{format_size(artifact.size)} > --max-size {format_size(bound)}"
        else:
            return ""
        reasons.append(f"trial {artifact.trial} as {artifact.recipe}: {reason}")
    return f"No compressed artifact passed so far. {'; '.join(reasons)}." if reasons else ""


def _all(count: int, noun: str) -> str:
    return f"the only {noun}" if count == 1 else f"all {count} {noun}s"
