"""Everything the report is made of, read from the run once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from automl.compression.ladder_rows import Row, ladder_of
from automl.config import SearchConfig
from automl.data.dataset import DataSummary
from automl.finalists.standings import Standing
from automl.report.metric import Metric
from automl.run import Run
from automl.selection import score
from automl.tasks.evidence import evidence_file, read_evidence
from automl.tasks.uncertainty import binomial_error
from automl.types import Artifact, Choice, Trial, TrialState

#: Trials whose learning curves are read.
CURVES = 5


@dataclass(frozen=True)
class Snapshot:
    """A run as it stood when the report was asked for.

    Attributes:
        name: Name of the run's folder.
        config: What was asked.
        resolved: What ``auto`` came to, e.g. ``{"space": "cnn"}``.
        data: The data, or None before it was read.
        trials: Every candidate, in the order of proposal.
        front: Numbers of the trials no other beats in every objective.
        choice: What won, or None before that is decided.
        judged: Every artifact that was made.
        curves: Trial number -> metrics of its epochs, for the best few trials.
        notes: What happened on the way.
        versions: What the run was made with.
        created: Seconds since the Unix epoch, or None.
        seconds: Seconds worked on, over all sessions.
        search_end: Why the search ended; empty if it has not.
        failure: Why nothing was shipped, in one line; empty if that did not happen.
        warning: Why what was shipped may be worth nothing; empty if it is worth something.
        gate_recipe: The recipe in which candidates were measured; may be empty.
        finished: Whether the run came to its end.
        objective: What trials were ranked by, the first, and traded against.
        judged_by: Name of the metric that files are judged by.
        task: What was asked of the data; empty before it was read.
        why_task: Why, in a few words.
        threshold: What parts two verdicts; None where the task has none.
        evidence: Predictions of the chosen file on test data, as its task keeps
            them; empty before they were made.
        ladder: Every file of the first format that was tried, and what became of it.
        standings: The finalists, best mean first; none if none were trained again.
    """

    name: str
    config: SearchConfig
    resolved: Mapping[str, str]
    data: DataSummary | None
    trials: Sequence[Trial]
    front: frozenset[int]
    choice: Choice | None
    judged: Sequence[Artifact]
    curves: Mapping[int, Sequence[Mapping[str, float]]]
    notes: Sequence[str]
    versions: Mapping[str, str]
    created: float | None
    seconds: float
    search_end: str
    failure: str
    warning: str
    gate_recipe: str
    finished: bool
    objective: tuple[str, ...]
    judged_by: str
    task: str = ""
    why_task: str = ""
    threshold: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    ladder: Sequence[Row] = ()
    standings: Sequence[Standing] = ()

    def in_state(self, state: TrialState) -> list[Trial]:
        """Returns the trials in a state, in the order of proposal."""
        return [trial for trial in self.trials if trial.state is state]

    @property
    def metric(self) -> Metric:
        """What ranks the trials."""
        return Metric(self.objective[0])

    @property
    def quality(self) -> Metric:
        """What files are judged by."""
        return Metric(self.judged_by)

    def error_of(self, trial: Trial) -> float | None:
        """Returns the standard error of what ranks a trial; None where it is not known."""
        value, examples = self.metric.value(trial), self.count("validation")
        if trial.error is None and value is not None and self.metric.name == "val_accuracy":
            return binomial_error(value, examples) if examples else None
        return trial.error

    @property
    def winner(self) -> Trial | None:
        """The trial that the choice names."""
        number = self.choice.trial if self.choice else None
        return next((trial for trial in self.trials if trial.number == number), None)

    @property
    def artifact(self) -> Artifact | None:
        """The artifact that the choice names, in the first export format."""
        if self.choice is None:
            return None
        wanted = (self.choice.trial, self.config.formats[0], self.choice.recipe)
        return next((a for a in self.judged if (a.trial, a.format, a.recipe) == wanted), None)

    def count(self, split: str) -> int:
        """Returns the number of examples in a split, 0 if it is not known."""
        return int(self.data.counts.get(split, 0)) if self.data else 0


def take(run: Run) -> Snapshot:
    """Reads a run, finished or not."""
    trials, choice = run.trials, run.choice
    best = ranked(trials)[:CURVES]
    if choice is not None and all(trial.number != choice.trial for trial in best):
        best = [trial for trial in trials if trial.number == choice.trial] + best[: CURVES - 1]
    created = run.fact("created")
    return Snapshot(
        name=run.name,
        config=run.config,
        resolved=_words(run.fact("resolved")),
        data=run.data,
        trials=trials,
        front=frozenset(trial.number for trial in run.pareto),
        choice=choice,
        judged=run.judged,
        curves={trial.number: run.epochs(trial.number) for trial in best},
        notes=run.notes,
        versions=_words(run.fact("versions")),
        created=float(created) if isinstance(created, int | float) else None,
        seconds=run.seconds,
        search_end=str(run.fact("search_end", "")),
        failure=str(run.fact("failure") or ""),
        warning=str(run.fact("warning") or ""),
        gate_recipe=str(run.fact("gate_recipe", "")),
        finished=run.finished,
        objective=run.objective,
        judged_by=run.metric,
        task=str(run.fact("task") or ""),
        why_task=str(run.fact("why_task") or ""),
        threshold=run.fact("threshold"),
        evidence=_evidence(run),
        ladder=tuple(ladder_of(run)),
        standings=tuple(Standing.from_dict(each) for each in run.fact("standings") or ()),
    )


def _evidence(run: Run) -> dict[str, Any]:
    artifact = run.artifact
    if artifact is None:
        return {}
    file = evidence_file(artifact.trial, artifact.format, artifact.recipe)
    return read_evidence(run.folder / file)


def ranked(trials: Sequence[Trial]) -> list[Trial]:
    """Returns the completed trials, best score first, earlier first on ties."""
    done = [t for t in trials if t.state is TrialState.COMPLETED and t.score is not None]
    return sorted(done, key=lambda trial: (-score(trial), trial.number))


def _words(record: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in (record or {}).items()}
