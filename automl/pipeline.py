"""`automl search`, from a configuration to files: the twelve steps, one a method."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from automl.compression import ladder
from automl.compression.recipe_files import keep_recipes
from automl.config import SearchConfig
from automl.data import dataset
from automl.data.class_weights import decide
from automl.data.dataset import Dataset, DataSummary
from automl.delivery import Delivery
from automl.demo.preparing import write_demo
from automl.errors import (
    ConfigChangedError,
    Interrupted,
    MissingPartError,
    NothingFeasibleError,
    UserInputError,
    VerificationError,
)
from automl.execution.cluster.connecting import look
from automl.execution.planning import make_executor
from automl.extending import Extension, budgeted, retire_others
from automl.finalists.planning import Reserve
from automl.folders import is_free, with_budget_of
from automl.hardware.choosing import choose_devices
from automl.hardware.keeping import keep_devices
from automl.preprocessing.limits import float_start
from automl.records.disk import disk_full_error, is_disk_full
from automl.records.lock import locked
from automl.records.store import FILE_NAME, RunStore
from automl.registry import RUNTIMES, TASKS
from automl.resolve import (
    SpacePlan,
    find_epochs,
    find_oracle,
    find_rungs,
    find_stages,
    find_task,
    plan_space,
    why_task,
)
from automl.searching import Searching
from automl.shipping import Shipper
from automl.starting import starting_model
from automl.tasks.base import Task
from automl.tasks.baseline import warning
from automl.tasks.objectives import find_metric, find_objectives
from automl.tuning.budget import Budget, remembered
from automl.tuning.observer import Observer
from automl.tuning.stages import STAGES, Stages, told
from automl.verify.base import Runtime
from automl.verify.finding import runtimes_for
from automl.versions import versions
from search_spaces import Signature


class Pipeline:
    """One search, from the first look at the data to the report.

    Args:
        config: What to do; `out` names the run's folder.
        observer: Hears of everything.
        load: Reads the data when it is not named by `config.data`.
        extension: What to add to the budget of a run that exists.
    """

    def __init__(
        self,
        config: SearchConfig,
        observer: Observer | None = None,
        load: Callable[[], Dataset] | None = None,
        extension: Extension | None = None,
    ) -> None:
        if not config.out:
            raise UserInputError("A search needs a folder. Give --out.")
        self._config = config
        self._folder = Path(config.out)
        self._extension = extension
        self._observer = observer or Observer()
        self._load = load or (
            lambda: dataset.load(
                config.data,
                options=replace(config.read_options, progress=self._observer.reading),
                test=config.test,
                validation=config.validation,
                seed=config.seed,
            )
        )
        self._start_from = starting_model(config)
        self._began = time.time()

    def run(self) -> Path:
        """Searches, ships and reports; returns the run's folder.

        Raises:
            ConfigChangedError: If the folder holds another configuration's run.
            RunLockedError: If another process works on the run.
            NothingFeasibleError: If no candidate met the constraints.
            VerificationError: If a file that was asked for failed verification.
            Interrupted: On Ctrl-C; the run can be resumed.
        """
        existed, fresh = (self._folder / FILE_NAME).exists(), not self._folder.exists()
        if not existed:
            self._check_folder()
        try:
            self._check_runtime()
            choose_devices(self._config)  # What is not there is said before data is read.
            if self._config.ray:
                look(self._config.ray)
            data = None if existed else self._data()
            with locked(self._folder), RunStore(self._folder, create=True) as store:
                self._compare(store)
                self._config = budgeted(store, self._config, self._extension)
                if store.fact("finished"):
                    self._observer.note(f"{self._folder} is finished; these are its results.")
                    if failure := store.fact("failure"):
                        raise VerificationError(failure)
                    return self._folder
                try:
                    self._work(store, data)
                except (NothingFeasibleError, VerificationError) as error:
                    # An honest outcome: the report says what was tried and why not.
                    store.set_fact("failure", str(error))
                    self._report()
                    raise
        except KeyboardInterrupt:
            if not (self._folder / FILE_NAME).exists():
                raise Interrupted("Interrupted before anything was done.") from None
            raise Interrupted(
                f"Interrupted. Everything finished is kept in {self._folder};"
                " the same command goes on from there."
            ) from None
        except UserInputError:
            if fresh and not self._has_trials():
                # Nothing was done: the corrected command should find no leftovers.
                shutil.rmtree(self._folder, ignore_errors=True)
            raise
        except OSError as error:
            if is_disk_full(error):
                raise disk_full_error(self._folder, error) from error
            raise
        return self._folder

    def _check_folder(self) -> None:
        """A run has a folder to itself: removing it must take nothing else along."""
        if self._extension is not None:
            raise UserInputError(
                f"{self._extension} extends a run. There is none in {self._folder}."
                " Leave the plus out to begin one."
            )
        if self._folder.exists() and not self._folder.is_dir():
            raise UserInputError(f"--out must be a folder. Received: {self._folder}, a file.")
        if not is_free(self._folder):
            raise UserInputError(
                f"--out must be a new or empty folder, or a run's. Received: {self._folder},"
                " which holds other files."
            )

    def _has_trials(self) -> bool:
        if not (self._folder / FILE_NAME).exists():
            return False
        with RunStore(self._folder) as store:
            return bool(store.counts())

    def _check_runtime(self) -> None:
        """A bound on latency or memory needs the runtime that measures it."""
        runtimes = runtimes_for(self._config.formats[0])
        tells = bool(runtimes) and RUNTIMES.get(runtimes[0]).ram is not Runtime.ram
        limited = self._config.constraints.max_ram is not None
        if (limited or "ram" in self._config.objective) and not tells:
            raise UserInputError(
                f"{'--max-ram' if limited else '--objective ram'} needs a format whose runtime"
                f" tells its memory. Received: --export {self._config.formats[0]} first."
                " Put --export tflite first."
            )
        if self._config.constraints.max_latency is None:
            return
        reason = RUNTIMES.get(runtimes[0])().missing() if runtimes else "no runtime is registered"
        if reason:
            raise MissingPartError(f"--max-latency cannot be measured: {reason}")

    def _data(self) -> Dataset:
        self._observer.stage("Reading the data")
        return self._load()

    def _compare(self, store: RunStore) -> None:
        """Step 2: one run, one configuration."""
        known = store.fact("config")
        if known is None:
            store.set_fact("versions", versions(self._config.backend))
            store.set_fact("created", time.time())
            store.set_fact("config", self._config.to_dict())
            keep_recipes(self._folder, self._config.own_recipes)
            return
        begun = SearchConfig.from_dict(known)
        if self._extension is not None:
            self._config = with_budget_of(self._config, begun)
        differences = begun.differences(self._config)
        if differences:
            raise ConfigChangedError(
                f"{self._folder} holds a run of another configuration ({'; '.join(differences)})."
                " Repeat its command to resume it, extend it with --trials +N or --time +TIME,"
                " or choose another --out."
            )

    def _work(self, store: RunStore, data: Dataset | None) -> None:
        used = store.begin_session()
        config = self._config
        keep_devices(store, choose_devices(config), self._observer.note)
        compressing = ladder.seconds_kept(config)
        budget = Budget(
            self._began - used, config.time, config.trials, config.trial_time, lambda: compressing
        )
        with make_executor(config, store.folder, self._observer.note) as executor:
            reserve = Reserve(config, store, lambda: executor.trials_at_once)
            kept = replace(budget, kept=remembered(lambda: compressing + reserve()))
            _prepare_runtimes(self._config.formats, self._observer)
            data = data or self._data()
            task, signature = self._task(store, data)
            plan = self._plan(store, signature, data.summary)
            searching = Searching(
                config, store, signature, plan, executor, self._observer, self._start_from
            )
            searching.search(kept)
            trials = searching.train_finalists(budget, data)
            shipper = Shipper(
                self._folder, data.summary, executor, task, metric=store.fact("metric")
            )
            delivery = Delivery(config, store, plan, shipper, executor, self._observer)
            until = ladder.end_of(config, budget.end, trials)
            choice = delivery.compress(trials, data.summary.counts["validation"], until)
            failures = delivery.ship(trials, choice)
            self._warn(store, data.summary, choice.recipe)
            retire_others(store, choice.trial)
            write_demo(self._folder, executor, self._observer.note)
        store.touch_session()
        store.set_fact("finished", True)
        if failures:
            raise VerificationError(failures)
        store.set_fact("failure", None)
        searching.leave_findings(trials, choice)
        self._report()

    def _warn(self, store: RunStore, data: DataSummary, recipe: str) -> None:
        """Says so if what was shipped is no better than an answer without a model."""
        task: Task = TASKS.get(store.fact("task"))()
        text = warning(task, data, self._folder, store.artifacts(), recipe)
        store.set_fact("warning", text)
        if text:
            self._observer.note(text)

    def _task(self, store: RunStore, data: Dataset) -> tuple[str, Signature]:
        """Steps 3 and 4: what the data is and what is asked of it."""
        known = store.fact("data")
        if known and known["fingerprint"] != data.summary.fingerprint:
            raise ConfigChangedError(
                f"The data changed since {self._folder} was begun. Choose another --out."
            )
        if not known or not dataset.is_kept(self._folder):
            data.save(self._folder)
            store.set_fact("data", data.summary.to_dict())
        name, signature = find_task(self._config.task, data.summary)
        store.set_fact("task", name)
        self._objectives(store, name, data)
        store.set_fact("signature", signature.to_dict())
        for note in (*data.summary.notes, *data.summary.skipped_notes()):
            self._observer.note(note)
        return name, signature

    def _objectives(self, store: RunStore, name: str, data: Dataset) -> None:
        """Spells out what trials are ranked by and files are judged by."""
        task: Task = TASKS.get(name)()
        objectives = find_objectives(self._config.objective, task, data.summary)
        store.set_fact("objective", list(objectives))
        store.set_fact("metric", find_metric(objectives, task, data.summary))
        why = why_task(self._config.task, data.summary)
        store.set_fact("why_task", why)
        self._observer.objectives(objectives)
        notes = (
            f"Task: {name} ({why}). Ranked by {', '.join(objectives)}.",
            *task.notes(data.summary),
            *self._weighing(task, data),
        )
        known = store.notes()
        for note in notes:
            self._observer.note(note)
            if note not in known:
                store.add_note(note)

    def _weighing(self, task: Task, data: Dataset) -> tuple[str, ...]:
        """Says how unequal classes are weighed, if a person should know."""
        target, (_, y) = data.summary.target, data.splits["train"]
        if task.target(data.summary).kind != "classification":
            target = replace(target, kind="none")  # Classes are not what is learned.
        _, why = decide(y, target, self._config.class_weights)
        return (why,) if why else ()

    def _plan(self, store: RunStore, signature: Signature, data: DataSummary) -> SpacePlan:
        """Step 5: the space, narrowed to what can be shipped."""
        self._observer.stage("Preparing the search")
        plan = plan_space(self._config, signature, float_start(data))
        plan.space.prepare()
        epochs = find_epochs(self._config.epochs, data.counts["train"])
        count = data.counts["train"]
        rungs = find_rungs(self._config, epochs, count, pausable=plan.space.pausable)
        stages = find_stages(self._config, rungs, data)
        if store.fact("resolved"):
            stages = Stages.of(store.fact(STAGES))  # A run keeps the plan that it was begun with.
        resolved = {
            "space": plan.space.name,
            "oracle": find_oracle(self._config.oracle),
            "formats": list(plan.formats),
            "targets": list(plan.targets),
            "epochs": epochs,
            "rungs": rungs,
        }
        store.set_facts({"resolved": resolved, STAGES: stages.to_dict() if stages else None})
        known = store.notes()
        parts = (told(stages, count),) if stages else ()
        for note in (*plan.notes, *plan.skipped, *parts):
            self._observer.note(note)
            if note not in known:
                store.add_note(note)
        return plan

    def _report(self) -> None:
        self._observer.stage("Writing the report")
        from automl.report.build import write_report
        from automl.run import Run

        write_report(Run(self._folder))


def _prepare_runtimes(formats: tuple[str, ...], observer: Observer) -> None:
    """Fetches the TF.js runtime in the background, if a format will need it."""
    if "tfjs" not in formats:
        return
    from automl.verify.tfjs_node import ensure

    def fetch() -> None:
        # What is missing is said by the verification that misses it.
        with suppress(MissingPartError):
            ensure(observer.note)

    threading.Thread(target=fetch, daemon=True).start()
