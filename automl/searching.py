"""Steps 6 to 8 of a search: what proposes, the loop, and the finalists after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from automl.config import AUTO, SearchConfig
from automl.data.dataset import Dataset, DataSummary
from automl.errors import AutomlError
from automl.execution.base import Executor
from automl.execution.context import space_spec
from automl.finalists.planning import contenders
from automl.finalists.repeating import Finalists
from automl.hardware.keeping import kept_precision
from automl.learned import keeping
from automl.records.store import RunStore
from automl.registry import ORACLES, TASKS
from automl.resolve import SpacePlan, by_size, find_oracle, smallest_weights
from automl.selection import nothing_feasible
from automl.shipping import recipes_for
from automl.tuning.budget import Budget
from automl.tuning.observer import Observer
from automl.types import Choice, Trial, TrialState
from search_spaces import Signature


@dataclass(frozen=True)
class Searching:
    """Everything that is trained in a run, once its data, task and space are known.

    Attributes:
        asked: The configuration as it was given.
        store: The run's records; task, objectives and what ``auto`` came to are in it.
        signature: Input and target.
        plan: The space, narrowed to what can be shipped.
        executor: Runs the jobs.
        observer: Hears of everything.
        start_from: Path of a ``.keras`` file whose weights trials start with.
    """

    asked: SearchConfig
    store: RunStore
    signature: Signature
    plan: SpacePlan
    executor: Executor
    observer: Observer
    start_from: str | None = None

    def search(self, budget: Budget) -> list[Trial]:
        """Runs trials until the budget is spent; returns them all.

        Raises:
            AutomlError: If none was trained.
        """
        from automl.tuning.ask_tell import AskTell
        from automl.tuning.loop import SearchLoop

        config, store, space = self._config, self.store, self.plan.space
        store.set_fact("space_spec", self._spec)
        format_name = self.plan.formats[0]
        recipes = by_size(recipes_for(format_name, config.recipes))
        store.set_fact("gate_recipe", " or ".join(smallest_weights(recipes)))
        # The size that ranks by default only breaks ties; what a person names is searched for.
        costs = () if AUTO in self.asked.objective else config.objective[1:]
        oracle = AskTell(
            ORACLES.get(config.oracle),
            space.hyperparameters(),
            space.canonical,
            config.seed,
            costs,
            rungs=store.fact("resolved")["rungs"],
            reduction=config.reduction,
        )
        loop = SearchLoop(
            config=config,
            store=store,
            executor=self.executor,
            oracle=oracle,
            guesses=space.first_guesses(),
            learned=self._learned(),
            architecture=space.canonical,
            space=self._spec,
            budget=budget,
            observer=self.observer,
            gate=(format_name, recipes),
            start_from=self.start_from,
        )
        self.observer.stage("Searching")
        end = loop.run()
        store.set_fact("search_end", end)
        self.observer.note(f"The search ended: {end}.")
        trials = store.trials()
        if not any(trial.state is TrialState.COMPLETED for trial in trials):
            raise _nothing_trained(trials, config, end)
        return trials

    def train_finalists(self, budget: Budget, data: Dataset) -> list[Trial]:
        """Trains the few best again, as far as the time allows; returns all trials."""
        config = self._config
        finalists = Finalists(
            config=config,
            store=self.store,
            executor=self.executor,
            space=self._spec,
            budget=budget,
            observer=self.observer,
            start_from=self.start_from,
        )
        _, y = data.splits["validation"]
        scorers = TASKS.get(config.task)().scorers(data.summary)
        return finalists.run(self.store.trials(), scorers, y)

    def leave_findings(self, trials: list[Trial], choice: Choice) -> None:
        """Leaves what the run found to later ones, the winner first."""
        data, config, store = self._data, self._config, self.store
        winner = [trial for trial in trials if trial.number == choice.trial]
        others = contenders(store.trials(), config.objective)
        ranked = trials if store.fact("standings") else []
        best = {trial.number: trial for trial in (*winner, *ranked, *others)}
        if problem := keeping.keep(config, store, data, self.plan.space, list(best.values())):
            self.observer.note(problem)
            store.add_note(problem)

    def _learned(self) -> list[dict[str, Any]]:
        """Returns what earlier runs on data of the same kind would begin with."""
        store = self.store
        guesses, line = keeping.first_guesses(self._config, store, self._data, self.plan.space)
        if line:
            self.observer.note(line)
            if line not in store.notes():
                store.add_note(line)
        return guesses

    @cached_property
    def _config(self) -> SearchConfig:
        """The configuration with what ``auto`` came to."""
        return replace(
            self.asked,
            oracle=find_oracle(self.asked.oracle),
            task=self.store.fact("task"),
            objective=tuple(self.store.fact("objective")),
            epochs=self.store.fact("resolved")["epochs"],
            precision=kept_precision(self.store),
        )

    @cached_property
    def _spec(self) -> dict[str, Any]:
        plan = self.plan
        return space_spec(plan.entries, self.signature, self.asked.choices, plan.targets)

    @property
    def _data(self) -> DataSummary:
        return DataSummary.from_dict(self.store.fact("data"))


def _nothing_trained(trials: list[Trial], config: SearchConfig, end: str) -> AutomlError:
    failed = [trial for trial in trials if trial.state is TrialState.FAILED]
    if failed:
        many = (
            f"All {len(failed)} trials failed. The first" if len(failed) > 1 else "The trial failed"
        )
        return AutomlError(f"{many}: {failed[0].reason}")
    rejected = [trial for trial in trials if trial.state is TrialState.REJECTED]
    if rejected:
        return nothing_feasible(rejected, config.constraints, end)
    return AutomlError("The time was up before the first trial was trained. Give more --time.")
