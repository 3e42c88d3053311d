"""`MODEL_CARD.md`: what the files were made of, how well they do, where not to trust them.

After Mitchell et al., "Model Cards for Model Reporting", 2019,
https://arxiv.org/abs/1810.03993.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from automl.export.folder.limits import limits
from automl.export.folder.machine import machine
from automl.export.folder.markdown import Cell, code, plain, table
from automl.export.folder.quality import by_output
from automl.preprocessing.base import part_from
from automl.report.command import command_line
from automl.report.facts import data_facts
from automl.report.metric import Metric
from automl.report.numbers import format_name, latency, number, plural, with_error
from automl.report.snapshot import Snapshot
from automl.tasks.evidence import evidence_file, read_evidence
from automl.tasks.metrics import metric_of
from automl.types import Artifact, TrialState, Verification
from automl.units import format_duration, format_size

FILE_NAME = "MODEL_CARD.md"
#: What a task does, for the first sentence.
_DOES = {
    "classification": "says which of {count} classes an example is",
    "multilabel": "says which of {count} labels hold for an example",
    "regression": "estimates {names}",
    "forecasting": "forecasts {names}",
    "anomaly": "says how unlike the training examples something is",
}


def model_card(
    snapshot: Snapshot, folder: Path, format_id: str, artifacts: Sequence[Artifact]
) -> str:
    """Returns the card of a format's files in Markdown.

    Args:
        snapshot: The run.
        folder: The run's folder.
        format_id: Registry name of the exporter.
        artifacts: The format's files, shipped or refused.
    """
    placed = [each for each in artifacts if each.placed]
    main = _main(snapshot, placed)
    evidence = (
        read_evidence(folder / evidence_file(main.trial, main.format, main.recipe)) if main else {}
    )
    lines = [
        f"# {plain(snapshot.name)}: model card of the {plain(format_name(format_id))} files",
        "",
        _summary(snapshot),
        "",
        "## Files",
        "",
        *_files(placed),
        "",
        *_latency_note(placed),
        "## What it takes and gives",
        "",
        *_use(snapshot),
        "",
        "## Data",
        "",
        *_data(snapshot),
        "",
        "## How well it does",
        "",
        *_quality(main),
        "",
        *by_output(snapshot, evidence),
        "",
        "## Limits",
        "",
        *[f"* {line}" for line in limits(snapshot, artifacts, evidence)],
        "",
        "## How it was found",
        "",
        *_history(snapshot),
        "",
        "## Made with",
        "",
        ", ".join(f"{plain(name)} {plain(version)}" for name, version in snapshot.versions.items()),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _main(snapshot: Snapshot, placed: Sequence[Artifact]) -> Artifact | None:
    """Returns the file that figures are told of: the chosen one, or the first."""
    choice = snapshot.choice
    for artifact in placed:
        if choice and (artifact.trial, artifact.recipe) == (choice.trial, choice.recipe):
            return artifact
    return next(iter(placed), None)


def _summary(snapshot: Snapshot) -> str:
    data = snapshot.data
    target = data.target if data else None
    names = list(target.names) if target else []
    shown = ", ".join(map(plain, names[:6])) + (" and more" if len(names) > 6 else "")
    does = _DOES.get(snapshot.task, "answers about an example")
    winner = snapshot.winner
    params = f" with {winner.measures.params:,} weights" if winner and winner.measures else ""
    space = plain(snapshot.resolved.get("space", ""))
    space = f", of the space {space}" if space else ""
    return f"A neural network{params}{space}: it {does.format(count=len(names), names=shown)}."


def _files(placed: Sequence[Artifact]) -> list[str]:
    rows = []
    for artifact in placed:
        ran = artifact.verification
        label = metric_of(ran.metric).label if ran and ran.metric else "quality"
        runs = ", ".join(f"{each.runtime} {latency(each.latency_ms)}" for each in _ran(artifact))
        quality = metric_of(ran.metric).format(ran.quality) if ran and ran.metric else "–"  # noqa: RUF001
        difference = number(ran.max_abs_diff, ".2g") if ran else "–"  # noqa: RUF001
        rows.append(
            (
                Cell(code("/".join(Path(artifact.path).parts[2:]))),
                format_size(artifact.size),
                format_size(artifact.gzip_size),
                f"{label} {quality}",
                difference,
                runs or "–",  # noqa: RUF001
                str(artifact.status),
            )
        )
    head = (
        "File", "Size", "Gzipped", "On test data", "Largest difference from Keras",
        "Median latency, one example", "Status",
    )  # fmt: skip
    return table(head, rows) if rows else ["None passed verification."]


def _ran(artifact: Artifact) -> list[Verification]:
    return [each for each in artifact.verifications if each.latency_ms is not None]


def _latency_note(placed: Sequence[Artifact]) -> list[str]:
    if not any(_ran(artifact) for artifact in placed):
        return []
    where = machine()
    return [
        f"Latencies are of this machine, warm: {plain(where['processor'])}, {where['cores']} cores,"
        f" {plain(where['platform'])}. Those of a phone are others: measure there.",
        "",
    ]


def _use(snapshot: Snapshot) -> list[str]:
    data = snapshot.data
    if data is None:
        return []
    encoder = part_from(data.encoder)
    feed = encoder.describe() if encoder else "Feed raw values as `preprocessing.json` says."
    names = ", ".join(map(plain, data.target.names[:20]))
    more = f" and {len(data.target.names) - 20:,} more" if len(data.target.names) > 20 else ""
    gives = f"It gives, in this order: {names}{more}." if names else "It gives one score."
    if snapshot.threshold is not None:
        gives = f"It gives one score; from {snapshot.threshold:.6g} on, something is abnormal."
    return [
        f"* {plain(feed)}",
        f"* {gives}",
        "* The samples beside this card run as they are; `preprocessing.json` says the same to"
        " programs, and `manifest.json` has each file's operators, sha256 and verification.",
    ]


def _data(snapshot: Snapshot) -> list[str]:
    data = snapshot.data
    if data is None:
        return []
    # How to feed it stands above.
    facts = [fact for fact in data_facts(snapshot) if fact.name != "How to feed it"]
    return [
        *(f"* {fact.name}: {code(fact.text) if fact.code else plain(fact.text)}" for fact in facts),
        *(f"* {plain(note)}" for note in (*data.notes, *data.skipped_notes())),
    ]


def _quality(main: Artifact | None) -> list[str]:
    ran = main.verification if main else None
    if main is None or ran is None or not ran.metrics:
        return ["It was not measured."]
    names = sorted(ran.metrics, key=lambda name: name != ran.metric)
    rows = [
        (
            metric_of(name).label,
            with_error(ran.metrics[name], ran.error if name == ran.metric else None, Metric(name)),
            metric_of(name).format(ran.keras_metrics.get(name)),
            metric_of(name).summary,
        )
        for name in names
    ]
    lines = [f"{ran.examples:,} test examples, used once; the {plain(main.recipe)} file.", ""]
    lines += table(("Figure", "The file", "Keras model", "What it says"), rows)
    return lines + [
        f"\n{plain(name)} has no value: {plain(why)}." for name, why in ran.left_out.items()
    ]


def _history(snapshot: Snapshot) -> list[str]:
    trained = len(snapshot.in_state(TrialState.COMPLETED))
    rejected = len(snapshot.in_state(TrialState.REJECTED))
    proposed = plural(len(snapshot.trials), "candidate")
    oracle = plain(snapshot.resolved.get("oracle", snapshot.config.oracle))
    winner = snapshot.winner
    lines = [
        f"* {proposed} of the strategy {oracle}: {trained:,} trained, {rejected:,} rejected before"
        f" training because they broke a bound; {format_duration(snapshot.seconds)} in all.",
        f"* Ranked by {plain(', '.join(snapshot.objective))} on validation data.",
    ]
    if winner is not None:
        lines.append(
            f"* It is candidate {winner.number} ({plain(winner.proposed_by)}), trained for"
            f" {winner.epochs} epochs."
        )
    if snapshot.choice is not None:
        lines.append(f"* {plain(snapshot.choice.reason)}")
    return [*lines, f"* {code(command_line(snapshot.config))} repeats it."]
