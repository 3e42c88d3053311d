"""A run, opened from its folder: what was searched, found and shipped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.config import AUTO, SearchConfig
from automl.data.dataset import DataSummary
from automl.errors import UserInputError
from automl.exports import is_export
from automl.records.store import RunStore
from automl.registry import EXPORTERS, RECIPES
from automl.selection import pareto_front
from automl.types import Artifact, Choice, Trial, TrialState

if TYPE_CHECKING:
    import keras

    from automl.execution.base import Executor
    from automl.export.settings import ExportSettings
    from automl.predicting import Prediction
    from automl.shipping import Shipper
    from automl.tuning.observer import Observer


class Run:
    """One run's records; nothing is kept open, every look reads the store.

    Args:
        folder: The run's folder.
        allow_code: Whether names of the form ``module:Class`` that the run
            recorded may be imported; only for a run you trust.

    Raises:
        UserInputError: If the folder holds no run.
    """

    def __init__(self, folder: str | Path, *, allow_code: bool = False) -> None:
        self.folder = Path(folder)
        self._allow_code = allow_code
        with RunStore(self.folder) as store:
            config = store.fact("config")
        if config is None:
            raise UserInputError(
                f"The run in {self.folder} was never begun. Search again with this --out."
            )
        self.config = SearchConfig.from_dict(config)

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r})"

    @property
    def name(self) -> str:
        """Name of the run's folder."""
        return self.folder.resolve().name

    def fact(self, name: str, default: Any = None) -> Any:
        """Returns a single value the run kept, e.g. ``"versions"``."""
        with RunStore(self.folder) as store:
            return store.fact(name, default)

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats the run writes; fewer than planned where its space cannot ship to one."""
        resolved = self.fact("resolved") or {}
        return tuple(resolved.get("formats") or self.config.formats)

    @property
    def objective(self) -> tuple[str, ...]:
        """The objectives, with ``auto`` spelled out; the first ranks the trials."""
        found = self.fact("objective")
        if found is None and self.config.objective == (AUTO,):
            return ("val_loss", "size")  # The data has not been read yet.
        return tuple(found or self.config.objective)

    @property
    def metric(self) -> str:
        """Name of the metric that files are judged by, e.g. ``"accuracy"``."""
        return str(self.fact("metric") or "accuracy")

    @property
    def finished(self) -> bool:
        """Whether the run ended with exported files."""
        return bool(self.fact("finished", False))

    @property
    def data(self) -> DataSummary | None:
        """The data as the run saw it; None before it was read."""
        record = self.fact("data")
        return DataSummary.from_dict(record) if record else None

    @property
    def seconds(self) -> float:
        """Seconds the run was worked on, over all sessions."""
        with RunStore(self.folder) as store:
            return store.seconds_used()

    @property
    def trials(self) -> list[Trial]:
        """Every candidate, in the order of proposal, rejected ones too."""
        with RunStore(self.folder) as store:
            return store.trials()

    @property
    def counts(self) -> dict[TrialState, int]:
        """How many candidates ended, or stand, in each state."""
        with RunStore(self.folder) as store:
            return store.counts()

    @property
    def pareto(self) -> list[Trial]:
        """The trials that no other beats in every objective."""
        return pareto_front(self.trials, self.objective)

    @property
    def choice(self) -> Choice | None:
        """Which trial and recipe won, and why; None before that is decided."""
        record = self.fact("choice")
        return Choice(**record) if record else None

    @property
    def best(self) -> Trial | None:
        """The trial that won; before the choice, the one with the best score."""
        choice = self.choice
        with RunStore(self.folder) as store:
            if choice is not None:
                return store.trial(choice.trial)
            return next(iter(store.best_trials(1)), None)

    @property
    def artifacts(self) -> list[Artifact]:
        """The winner's exported files, shipped or refused, and other trials' shipped ones."""
        return [artifact for artifact in self.judged if is_export(artifact, self)]

    @property
    def judged(self) -> list[Artifact]:
        """Every artifact that was made, those of trials that lost too."""
        with RunStore(self.folder) as store:
            return store.artifacts()

    @property
    def artifact(self) -> Artifact | None:
        """The artifact that the choice names, in the first export format."""
        choice = self.choice
        if choice is None:
            return None
        wanted = (choice.trial, self.formats[0], choice.recipe)
        return next((a for a in self.judged if (a.trial, a.format, a.recipe) == wanted), None)

    @property
    def notes(self) -> list[str]:
        """What a person should know of how the run went."""
        with RunStore(self.folder) as store:
            return store.notes()

    def epochs(self, trial: int) -> list[dict[str, float]]:
        """Returns the metrics of a trial's epochs."""
        with RunStore(self.folder) as store:
            return store.epochs(trial)

    def load_model(self, trial: int | None = None) -> keras.Model:
        """Loads a trial's trained Keras model, the winner's by default.

        Raises:
            UserInputError: If its weights were not kept.
        """
        from automl.execution.models import load_model

        return load_model(self.folder / self.trial_with_weights(trial).model_file)

    def export(
        self,
        format: str,  # noqa: A002
        recipe: str | None = None,
        trial: int | None = None,
        settings: ExportSettings | None = None,
    ) -> Artifact:
        """Exports and verifies a trial's model, the winner's by default.

        Args:
            format: Export format, e.g. ``"tflite"``.
            recipe: Recipe; by default the chosen one, or the format's plainest
                if it cannot hold that.
            trial: Number of the trial.
            settings: How the file is to be beside its recipe, e.g.
                ``ExportSettings(batch=0)``; it replaces the one of the same recipe.

        Returns:
            The artifact; its `status` says whether it is in place.

        Raises:
            UserInputError: If a name is unknown, the format cannot hold the
                recipe or the trial's weights were not kept.
            RunLockedError: If another process works on the run.
        """
        from automl.compression.compressor import Compressor
        from automl.records.lock import locked
        from automl.resolve import supported
        from automl.shipping import recipes_for

        self._check_names()
        chosen = self.trial_with_weights(trial)
        if recipe is None:
            default = self.choice.recipe if self.choice else "float32"
            (recipe,) = recipes_for(format, (default,))
        if not EXPORTERS.get(format).holds(RECIPES.get(recipe)):
            held = [
                name for name in RECIPES.names() if EXPORTERS.get(format).holds(RECIPES.get(name))
            ]
            raise UserInputError(
                f"{format} cannot hold the recipe {recipe!r}. It holds: {', '.join(held)}."
            )
        reasons = (self.fact("unsupported") or {}).get(str(chosen.number), {})
        if not supported((recipe,), reasons):
            raise UserInputError(
                f"Trial {chosen.number} cannot be exported as {recipe}: {reasons['int8']}."
            )
        with locked(self.folder), self.executor() as executor, RunStore(self.folder) as store:
            shipper = self.shipper(executor)
            compressor = Compressor(store, executor, self.trials)
            artifact = shipper.stage(chosen, format, recipe, compressor, settings)
            artifact = shipper.place(shipper.verify(chosen, artifact))
            same = (artifact.trial, artifact.format, artifact.recipe)
            earlier = [a for a in store.artifacts() if (a.trial, a.format, a.recipe) == same]
            if artifact.placed or not any(a.placed for a in earlier):
                store.set_artifact(artifact)
            shipper.describe(format, self.artifacts, self.fact("threshold"))
            shipper.clean()
        return artifact

    def compress(
        self,
        *recipes: str,
        trials: Sequence[int] = (),
        max_accuracy_drop: str | float | None = None,
        prefer: str | None = None,
        max_size: str | int | None = None,
        time: str | float | None = None,
        observer: Observer | None = None,
    ) -> Choice:
        """Tries further recipes and ships another file if it is better, as `automl compress` does.

        Args:
            recipes: Names of recipes, or ``.toml`` files of them; none for the ladder.
            trials: Numbers of the trials to compress; by default the few best.
            max_accuracy_drop: How much the file may lose, e.g. ``"1%"``; by default as
                in the search.
            prefer: ``"size"``, ``"gzip_size"``, ``"latency"``, ``"ram"`` or
                ``"accuracy"``.
            max_size: Bytes of the file, e.g. ``"50kB"``.
            time: What it may take, e.g. ``"10m"``.
            observer: Hears of everything.

        Returns:
            What ships now, and why.

        Raises:
            UserInputError: If the run is not finished or a name is unknown.
            NothingFeasibleError: If no file keeps the bounds.
            VerificationError: If none passed.
        """
        from automl.compression.later import compress
        from automl.compression.wishing import make_wish

        self._check_names()
        wish = make_wish(*(self.config, recipes, trials, max_accuracy_drop, prefer, max_size, time))
        choice = compress(self, wish, observer)
        self.report()
        return choice

    def verify(self, runtimes: Sequence[str] = ()) -> list[Artifact]:
        """Runs every shipped file again on its runtimes and keeps the new records.

        A file whose hash is not the recorded one fails. What cannot be run now
        is returned as not verified; the record keeps the earlier verification.

        Args:
            runtimes: Names of the runtimes to use, and only files that one of
                them runs; by default every registered one.

        Raises:
            UserInputError: If nothing was shipped, or no file can be run.
            RunLockedError: If another process works on the run.
        """
        from automl.records.lock import locked
        from automl.shipping import remembered
        from automl.verify.finding import runtimes_for

        self._check_names()
        shipped = [artifact for artifact in self.artifacts if artifact.placed]
        if not shipped:
            raise UserInputError(
                f"{self.folder} has no exported files. Make them with: automl export {self.folder}"
            )
        used = {a.format: runtimes_for(a.format, tuple(runtimes)) for a in shipped}
        shipped = [artifact for artifact in shipped if used[artifact.format]]
        if not shipped:
            raise UserInputError(
                f"None of the exported files is run by {', '.join(runtimes)}."
                f" The run has: {', '.join(used)}."
            )
        with locked(self.folder), self.executor() as executor, RunStore(self.folder) as store:
            shipper = self.shipper(executor)
            verified = [
                shipper.check(self._trial(artifact.trial), artifact, used[artifact.format])
                for artifact in shipped
            ]
            for before, artifact in zip(shipped, verified, strict=True):
                store.set_artifact(remembered(before, artifact))
            for format_name in {artifact.format for artifact in verified}:
                shipper.describe(format_name, self.artifacts, self.fact("threshold"))
        return verified

    def predict(self, *inputs: str) -> list[Prediction]:
        """Asks the chosen file about new data, as `automl predict` does.

        Args:
            inputs: What the search was given: paths of pictures, sounds, texts or
                tables, a folder of them, a text itself, or a row in JSON.

        Raises:
            UserInputError: If there is no exported file, or an input cannot be read.
        """
        from automl.predicting import Predictor

        self._check_names()
        return list(Predictor(self.folder).predict(inputs))

    def extend(
        self,
        *,
        trials: int | str | None = None,
        time: float | str | None = None,
        observer: Observer | None = None,
    ) -> Run:
        """Searches on, ships what is best then and returns the run.

        The data is the run's own copy. Interrupted, the same call goes on.

        Args:
            trials: Further trials to train.
            time: Further time, e.g. ``"10m"``, or seconds.
            observer: Hears of everything that happens; None for silence.

        Raises:
            UserInputError: If neither is given, or the run names code to import
                and that was not allowed.
            RunLockedError: If another process works on the run.
        """
        from automl.extending import extend

        return extend(self, trials=trials, time=time, observer=observer)

    def demo(self) -> Path:
        """Writes the page on which the TF.js file predicts in a browser, and returns its folder.

        It is a static site for any web host; `automl demo` serves it here.

        Raises:
            UserInputError: If no TF.js file is in place.
            MissingPartError: If TF.js is not installed and cannot be fetched.
        """
        from automl.demo.preparing import prepare

        self._check_names()
        return prepare(self.folder, self.folder)

    def report(self) -> Path:
        """Writes ``report.html`` anew from the records and returns its path."""
        from automl.report.build import write_report

        return write_report(self)

    def _check_names(self) -> None:
        names = {self.fact("task") or ""}
        for artifact in self.judged:
            names |= {artifact.format, artifact.recipe}
        self.check_names(names)

    def check_names(self, names: Iterable[str]) -> None:
        """Refuses to import what the run's records name, unless that was allowed.

        Raises:
            UserInputError: If one of the names is an import path.
        """
        named = sorted(name for name in names if ":" in name)
        if named and not self._allow_code:
            raise UserInputError(
                f"The run names code to import ({', '.join(named)}). If you trust it, say so:"
                " --allow-code, or load_run(..., allow_code=True)."
            )

    def _trial(self, number: int) -> Trial:
        for trial in self.trials:
            if trial.number == number:
                return trial
        raise UserInputError(f"The run has trials 0 to {len(self.trials) - 1}. Received: {number}.")

    def trial_with_weights(self, number: int | None) -> Trial:
        """Returns a trial whose weights were kept, the winner by default.

        Raises:
            UserInputError: If they were not.
        """
        trial = self.best if number is None else self._trial(number)
        if trial is None:
            raise UserInputError(
                f"{self.folder} has no trained trial yet. Resume the search first."
            )
        if (
            trial.state is not TrialState.COMPLETED
            or not (self.folder / trial.model_file).is_file()
        ):
            kept = [t.number for t in self.trials if (self.folder / t.model_file).is_file()]
            raise UserInputError(
                f"The weights of trial {trial.number} were not kept ({trial.state})."
                f" Kept: {', '.join(map(str, kept)) or 'none'}."
            )
        return trial

    def executor(self) -> Executor:
        """Returns a worker of the run's own, to be closed."""
        from automl.execution.processes import ProcessExecutor

        return ProcessExecutor(self.folder, 1, self.config.backend)

    def shipper(self, executor: Executor) -> Shipper:
        """Returns what exports, verifies and places files of the run."""
        from automl.shipping import Shipper

        data = self.data
        if data is None:
            raise UserInputError(f"{self.folder} has no data yet. Resume the search first.")
        winner = self.best
        return Shipper(
            self.folder,
            data,
            executor,
            self.fact("task"),
            None if winner is None else winner.number,
            self.fact("metric") or "",
        )


def list_runs(parent: str | Path = "runs") -> list[Run]:
    """Returns the runs in the folders directly below `parent`, by name."""
    found = []
    for store in sorted(Path(parent).glob("*/run.db")):
        try:
            found.append(Run(store.parent))
        except UserInputError:
            continue  # Not a run, or one that was never begun.
    return found
