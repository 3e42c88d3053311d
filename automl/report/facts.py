"""Short facts about data, model and run, as pairs of a name and a text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from automl.data.dataset import DataSummary
from automl.preprocessing.base import part_from
from automl.report.numbers import MISSING, latency, plural, with_error
from automl.report.snapshot import Snapshot
from automl.types import Trial
from automl.units import format_count, format_duration, format_size
from search_spaces import InputSpec

#: Names of numbers that are shown one by one.
MOST_NUMBERS = 12
#: Skipped files or rows that are listed.
MOST_SKIPPED = 200


@dataclass(frozen=True)
class Fact:
    """One fact; `code` asks for a fixed-width font."""

    name: str
    text: str
    code: bool = False


@dataclass(frozen=True)
class Note:
    """One note: its first line, and the rest if it has one."""

    line: str
    rest: str


@dataclass(frozen=True)
class Listed:
    """Things in full, and what they come to.

    Attributes:
        summary: A line for each kind of them.
        lines: A line for each.
        left_out: Number of further ones.
    """

    summary: tuple[str, ...]
    lines: tuple[str, ...]
    left_out: int


def data_facts(snapshot: Snapshot) -> tuple[Fact, ...]:
    """Returns what is known of the data; nothing before it was read."""
    data = snapshot.data
    if data is None:
        return ()
    total = sum(data.counts.values())
    splits = ", ".join(f"{count:,} {split}" for split, count in data.counts.items())
    spec = data.input
    shape = " x ".join(map(str, spec.shape))
    return (
        Fact("Data", data.uri, code=True),
        Fact("Read by", data.source),
        Fact("Examples", f"{total:,}: {splits}"),
        Fact("Input", f"{spec.kind}, {shape}, {_values(spec, data.front is None)}"),
        *_usage_facts(data),
        *_target_facts(snapshot),
        Fact("Fingerprint (sha256)", data.fingerprint, code=True),
    )


def _usage_facts(data: DataSummary) -> tuple[Fact, ...]:
    """Returns what an exported file does before the searched layers, and what it is fed."""
    facts = []
    front, encoder = part_from(data.front), part_from(data.encoder)
    if front is not None:
        raw = " x ".join(map(str, front.raw_shape))
        words = front.name.replace("_", " ")
        facts.append(Fact("Made from", f"raw values, {raw}, inside the exported file ({words})"))
    if encoder is not None:
        facts.append(Fact("How to feed it", encoder.describe()))
    return tuple(facts)


def _target_facts(snapshot: Snapshot) -> tuple[Fact, ...]:
    """Returns what is asked of the data, and what is known of each example."""
    data, facts = snapshot.data, []
    if snapshot.task:
        why = f" ({snapshot.why_task})" if snapshot.why_task else ""
        facts.append(Fact("Task", f"{snapshot.task}{why}"))
    if data is None:
        return tuple(facts)
    target = data.target
    named = {"class": "Classes", "labels": "Labels", "number": "Numbers"}.get(target.kind)
    if named and target.kind != "number":
        facts.append(Fact(named, f"{len(target.names):,}"))
    elif named:
        told = [
            f"{name} ({mean:.4g} ± {std:.4g})"
            for name, mean, std in zip(target.names, target.mean, target.std, strict=False)
        ] or list(target.names)
        more = f" and {len(told) - MOST_NUMBERS} more" if len(told) > MOST_NUMBERS else ""
        facts.append(Fact(named, ", ".join(told[:MOST_NUMBERS]) + more))
    if target.naive_error:
        facts.append(Fact("Error of repeating the last value", f"{target.naive_error:.4g}"))
    if snapshot.threshold is not None:
        facts.append(Fact("Threshold (chosen on validation data)", f"{snapshot.threshold:.6g}"))
    return tuple(facts)


def _values(spec: InputSpec, raw: bool) -> str:
    if spec.kind == "tokens":
        return f"ids from 1 to {spec.vocabulary - 1:,}, 0 is padding"
    padded = ", padded with zeros at the end" if spec.ragged else ""
    which = "raw values" if raw else "values"
    return f"{which} from {spec.low:g} to {spec.high:g}{padded}"


def model_facts(trial: Trial, snapshot: Snapshot) -> tuple[Fact, ...]:
    """Returns what a trial's model costs and how it did."""
    metric, measures = snapshot.metric, trial.measures
    examples = snapshot.count("validation")
    score = with_error(metric.value(trial), snapshot.error_of(trial), metric)
    where = f" on {plural(examples, 'validation example')}" if examples else ""
    trained = plural(trial.epochs, "epoch") if trial.epochs else MISSING
    facts = [
        Fact(f"{metric.heading} (Keras)", score + where),
        Fact("Proposed by", trial.proposed_by),
        Fact("Trained", f"{trained}{f' ({trial.reason})' if trial.reason else ''}"),
    ]
    if again := next((each for each in snapshot.standings if each.trial == trial.number), None):
        facts.append(
            Fact(
                "Trained again",
                f"{len(again.values)} times: on average {metric.format(again.mean)}; the weights"
                f" are those of the best, {metric.format(metric.of(again.kept_figures))}",
            )
        )
    if measures is None:
        return tuple(facts)
    return (
        *facts,
        Fact("Weights", f"{measures.params:,}"),
        Fact("FLOPs of one inference", format_count(measures.flops).replace("-", MISSING)),
        Fact(f"Bytes as {measures.recipe}, untrained", format_size(measures.size)),
        Fact("Latency, untrained", latency(measures.latency_ms)),
        Fact("Arena RAM", MISSING if measures.ram is None else format_size(measures.ram)),
    )


def run_facts(snapshot: Snapshot) -> tuple[Fact, ...]:
    """Returns how the run went."""
    limit, config = snapshot.config.time, snapshot.config
    facts = [
        Fact("State", "finished" if snapshot.finished else "not finished"),
        Fact("The search ended", snapshot.search_end or "it has not"),
        Fact(
            "Time used",
            format_duration(snapshot.seconds)
            + (f" of {format_duration(limit)} allowed" if limit is not None else ", no bound"),
        ),
        Fact("Objectives", ", ".join(snapshot.objective)),
        Fact("Seed", str(config.seed)),
    ]
    if snapshot.created is not None:
        moment = datetime.fromtimestamp(snapshot.created, UTC)
        facts.insert(0, Fact("Begun", moment.strftime("%Y-%m-%d %H:%M UTC")))
    return tuple(facts)


def version_facts(snapshot: Snapshot) -> tuple[Fact, ...]:
    """Returns what the run was made with."""
    return tuple(Fact(name, version) for name, version in snapshot.versions.items())


def skipped(snapshot: Snapshot) -> Listed | None:
    """Returns what of the data could not be used, or None if all could."""
    data = snapshot.data
    if data is None or not data.skipped:
        return None
    lines = tuple(f"{each.where}: {each.reason}" for each in data.skipped)
    return Listed(data.skipped_notes(), lines[:MOST_SKIPPED], max(0, len(lines) - MOST_SKIPPED))


def notes(snapshot: Snapshot) -> tuple[Note, ...]:
    """Returns the notes of the run and of its data, in the order they were made."""
    every = (*(snapshot.data.notes if snapshot.data else ()), *snapshot.notes)
    return tuple(_note(text) for text in every)


def _note(text: str) -> Note:
    line, _, rest = text.strip().partition("\n")
    return Note(line, rest)
