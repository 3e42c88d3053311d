"""A run, opened from its folder: to be read, exported, compressed, verified and extended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from automl.errors import UserInputError
from automl.run_records import RunRecords
from automl.types import Artifact, Choice

if TYPE_CHECKING:
    from automl.execution.base import Executor
    from automl.export.settings import ExportSettings
    from automl.predicting import Prediction
    from automl.shipping import Shipper
    from automl.tuning.observer import Observer


class Run(RunRecords):
    """A run's records, and what can be done with them.

    Args:
        folder: The run's folder.
        allow_code: Whether names of the form ``module:Class`` that the run
            recorded may be imported; only for a run you trust.

    Raises:
        UserInputError: If the folder holds no run.
    """

    def __init__(self, folder: str | Path, *, allow_code: bool = False) -> None:
        super().__init__(folder)
        self._allow_code = allow_code

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
        from automl.exporting import export_trial

        self._check_names()
        return export_trial(self, format, recipe, trial, settings)

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
        from automl.compression.recompressing import compress
        from automl.compression.request import make_request

        self._check_names()
        request = make_request(
            *(self.config, recipes, trials, max_accuracy_drop, prefer, max_size, time)
        )
        choice = compress(self, request, observer)
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
        from automl.reverifying import verify_again

        self._check_names()
        return verify_again(self, runtimes)

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

    def executor(self) -> Executor:
        """Returns a worker of the run's own, to be closed."""
        from automl.execution.planning import later_executor

        return later_executor(self.folder)

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
