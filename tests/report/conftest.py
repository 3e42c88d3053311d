"""Runs of every kind, written straight into a store; nothing is trained."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from automl.config_parsing import make_config
from automl.data.base import Target
from automl.data.dataset import DataSummary
from automl.records.store import RunStore
from automl.report.snapshot import Snapshot, take
from automl.run import Run
from automl.types import (
    Artifact,
    Measures,
    Trial,
    TrialState,
    Verification,
    VerificationStatus,
)
from search_spaces import InputSpec

RECIPES = {"float32": 4.0, "float16": 2.1, "dynamic_int8": 1.3, "int8": 1.2}


class RunBuilder:
    """Writes a run bit by bit; `run` opens what is there so far."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.store = RunStore(folder, create=True)
        config = make_config("digits", {"out": str(folder), **options})
        self.store.set_fact("config", config.to_dict())
        self.store.set_fact("versions", {"python": "3.11.7", "automl": "0.1.0"})
        self.store.set_fact("created", 1_700_000_000.0)

    def data(self, **changes: Any) -> RunBuilder:
        summary = DataSummary(
            uri="digits",
            source="digits",
            input=InputSpec("image", (8, 8, 1), 0.0, 16.0),
            target=Target("class", tuple("0123456789")),
            counts={"train": 1150, "validation": 288, "test": 359},
            fingerprint="ab" * 32,
        )
        self.store.set_fact("data", replace(summary, **changes).to_dict())
        self.store.set_fact("task", "classification")
        asked = Run(self.folder).config.objective
        spelled = ("val_accuracy", "size") if asked == ("auto",) else asked
        self.store.set_fact("objective", list(spelled))
        self.store.set_fact("metric", "accuracy")
        self.store.set_fact("resolved", {"space": "cnn", "oracle": "bayesian"})
        self.store.set_fact("gate_recipe", "int8")
        return self

    def trial(self, number: int, accuracy: float | None = 0.98, **changes: Any) -> Trial:
        """Writes a trial, completed unless `state` says otherwise."""
        state = changes.pop("state", TrialState.COMPLETED)
        trial = Trial(
            number=number,
            values={},
            architecture=changes.pop("architecture", architecture(number)),
            proposed_by="first guess" if number < 3 else "bayesian",
        )
        self.store.add_trial(trial)
        measures = changes.pop("measures", Measures(4000, 133_772, 9072, 5917, 0.0032, "int8"))
        if state in (TrialState.PROPOSED, TrialState.RUNNING):
            return trial
        done = state is TrialState.COMPLETED
        if done and accuracy is not None:
            for epoch in range(20):
                value = accuracy * (1 - math.exp(-(epoch + 1) / 3)) if epoch < 19 else accuracy
                self.store.add_epoch(number, epoch, {"val_accuracy": value, "val_loss": 1 - value})
        record: dict[str, Any] = {
            "measures": measures,
            "metrics": {"val_accuracy": accuracy, "val_loss": 1 - (accuracy or 0)} if done else {},
            "score": accuracy if done else None,
            "epochs": 20 if done else 0,
            "seconds": 4.0,
        }
        trial = replace(trial, state=state, **(record | changes))
        self.store.update_trial(trial)
        return trial

    def artifact(
        self, trial: int, kind: str = "tflite", recipe: str = "int8", **changes: Any
    ) -> Artifact:
        """Writes an artifact, verified and in place unless `changes` say otherwise."""
        name = "model.json" if kind == "tfjs" else "model.tflite"
        fields: dict[str, Any] = {
            "path": f"export/{kind}/{recipe}/{name}",
            "size": round(7500 * RECIPES.get(recipe, 1.0)),
            "gzip_size": round(5100 * RECIPES.get(recipe, 1.0)),
            "files": {name: "cd" * 32},
            "validation_quality": 0.98 if kind == "tflite" else None,
            "validation_error": 0.0085 if kind == "tflite" else None,
            "verifications": (verified(),),
        }
        artifact = Artifact(trial, kind, recipe, **(fields | changes))
        self.store.set_artifact(artifact)
        return artifact

    def choose(self, trial: int, recipe: str = "int8", reason: str = "It is the cheapest.") -> None:
        self.store.set_fact("search_end", "the time was up")
        self.store.set_fact("choice", {"trial": trial, "recipe": recipe, "reason": reason})

    def finish(self) -> None:
        self.store.set_fact("finished", True)

    def run(self) -> Run:
        return Run(self.folder)

    def page(self) -> str:
        """Writes the report and returns its text."""
        return self.run().report().read_text(encoding="utf-8")

    def snapshot(self) -> Snapshot:
        return take(self.run())

    @staticmethod
    def verified(runtime: str = "litert", **changes: Any) -> Verification:
        return verified(runtime, **changes)


def architecture(number: int) -> dict[str, Any]:
    """Returns an architecture that varies with the number, some of it conditionally."""
    rng = random.Random(number)
    stages = 1 + number % 2
    record: dict[str, Any] = {"stages": stages, "stem/width": rng.choice([8, 16, 24])}
    for stage in range(1, stages + 1):
        block = rng.choice(["plain", "separable"])
        record[f"stage_{stage}/block"] = block
        record[f"stage_{stage}/{block}/kernel"] = rng.choice([3, 5])
    return record | {"dropout": rng.choice([0.0, 0.2]), "learning_rate": 0.01}


def verified(runtime: str = "litert", **changes: Any) -> Verification:
    """Returns a comparison that passed on the test data."""
    fields: dict[str, Any] = {
        "status": VerificationStatus.PASSED,
        "examples": 359,
        "max_abs_diff": 0.0397,
        "mean_abs_diff": 0.0007,
        "agreement": 0.9972,
        "metric": "accuracy",
        "error": 0.0082,
        "metrics": {"accuracy": 0.9777, "auc": 0.9991},
        "keras_metrics": {"accuracy": 0.9805, "auc": 0.9990},
        "latency_ms": 0.0031,
        "latency_p95_ms": 0.0034,
    }
    return Verification(runtime, **(fields | changes))


def full_run(folder: Path, trials: int = 30, **options: Any) -> RunBuilder:
    """Writes a finished search with rejected, failed and diverged trials."""
    builder = RunBuilder(folder, **{"max_size": "30kB", **options}).data()
    rng = random.Random(7)
    for number in range(trials):
        size = round(6000 * math.exp(rng.uniform(0, 2)))
        measures = Measures(size // 2, size * 20, size, size * 2 // 3, size / 4e6, "int8")
        if size > 30_000:
            reason = f"size {size / 1000:.1f} kB > --max-size 30.0 kB"
            builder.trial(number, state=TrialState.REJECTED, measures=measures, reason=reason)
        elif number == 5:
            builder.trial(number, state=TrialState.FAILED, measures=measures, reason="loss is NaN")
        else:
            chosen = architecture(number)
            accuracy = 0.965 + 0.01 * (chosen["stages"] - 1) + rng.uniform(0, 0.012)
            accuracy += 0.004 * (chosen["stem/width"] / 16 - 1)
            if number == 9:
                accuracy = 0.31
            builder.trial(number, round(accuracy, 4), measures=measures)
    front = sorted(builder.run().pareto, key=lambda trial: -(trial.score or 0))[:3]
    for trial in front:
        size = trial.measures.size if trial.measures else 0
        for i, (recipe, factor) in enumerate(RECIPES.items()):
            builder.artifact(
                trial.number,
                recipe=recipe,
                path=f"export/.staging/{trial.number}/tflite/{recipe}/model.tflite",
                size=round(size * factor / 1.2),
                validation_quality=(trial.score or 0) - 0.0035 * i * (trial.number % 2),
                verifications=(verified(examples=288),),
            )
    winner = front[-1]
    for recipe in RECIPES:
        staged = next(
            a for a in builder.run().judged if (a.trial, a.recipe) == (winner.number, recipe)
        )
        builder.store.set_artifact(
            replace(
                staged,
                path=f"export/tflite/{recipe}/model.tflite",
                verifications=(verified(),),
            )
        )
    for recipe in ("float32", "float16"):
        builder.artifact(
            winner.number,
            "tfjs",
            recipe,
            verifications=(verified("tfjs-cpu"), verified("tfjs-wasm")),
        )
    builder.choose(winner.number)
    builder.finish()
    return builder


@pytest.fixture
def builder(tmp_path: Path) -> Callable[..., RunBuilder]:
    """Returns what begins a run in a fresh folder."""
    return lambda **options: RunBuilder(tmp_path / "run", **options)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> RunBuilder:
    """Returns a finished run of thirty candidates."""
    return full_run(tmp_path_factory.mktemp("runs") / "finished")
