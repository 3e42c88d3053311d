"""What holds for every point of every space: it builds, trains, saves and ships.

A job of `automl.execution`, so that a converter that crashes costs one point.
"""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from automl.compression.recipe import Recipe
from automl.config import Constraints
from automl.errors import ConversionError, VerificationError
from automl.execution.context import JobContext
from automl.execution.jobs import gate
from automl.registry import EXPORTERS, RECIPES, RUNTIMES
from automl.testing.differences import difference, excess, scatter
from automl.testing.exactness import outputs_in_64_bits
from automl.testing.prepared import EXAMPLES, PreparedContext
from automl.testing.rounding import outputs_in_8_bits
from search_spaces.space import SearchSpace
from search_spaces.testing.cases import Case, offline_space
from search_spaces.testing.checks import answers, check_same_twice, check_saving, check_step
from search_spaces.testing.inputs import batch
from search_spaces.testing.settling import settle

#: Check -> the target (of `search_spaces.limits.TARGETS`) it is about, or "".
CHECKS = {
    "build": "",
    "step": "",
    "save": "",
    "float32": "tflite",
    "float16": "tflite",
    "dynamic_int8": "tflite",
    "int8": "int8",
    "tfjs": "tfjs",
    "jax": "",
    "gate": "",
}
#: Largest difference of a float32 file from Keras: absolute for outputs up to 1, as
#: probabilities are, and relative to the largest output above, as float32 itself is
#: (a reconstruction of pixels up to 255 may be off by 0.025).
EXACT = 1e-4
#: A file that is further off must be no further from exact arithmetic than so many
#: times what Keras is: rounding adds up through the 200 layers of a network whose
#: weights are random, on every runtime alike.
OVER_KERAS = 2.0
#: Compressed files: the mean difference from Keras, over how far Keras' outputs lie
#: from their mean over examples. A file that gives every example one answer is at 1
#: or above.
ROUGHLY = {"float16": 0.05, "dynamic_int8": 0.4, "int8": 0.75}
#: int8 files also: that difference over the one that 8 bits a value make by
#: themselves (`automl.testing.rounding`). Conversions known to be wrong are at 5 and
#: above, whatever they do to the outputs.
OVER_ROUNDING = 3.0
#: Where 8 bits explain an int8 file's difference, being this close to it, more of it is
#: let pass: an untrained network may tell examples apart by less than a step of int8.
EXPLAINED, ROUGHLY_EXPLAINED = 1.5, 0.9
#: Calls of the TF.js runtime that are timed: none are needed.
_NO_LATENCY = {"calls": 1, "warmup": 0, "seconds": 0.0}


@dataclass
class Report:
    """What came of one point.

    Attributes:
        problems: Check -> what is wrong.
        declared: Target -> why the space says it cannot ship there. Checks of
            that target are not run.
        passed: Checks that found nothing wrong.
        spared: Checks not run because of what is declared.
        errors: Check -> the difference measured.
        seconds: Check -> its time.
        parameters: Weights of the model.
    """

    problems: dict[str, str] = field(default_factory=dict)
    declared: dict[str, str] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    spared: list[str] = field(default_factory=list)
    errors: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    parameters: int = 0


def run(args: Mapping[str, Any], context: JobContext) -> dict[str, Any]:
    """Checks one point.

    Every check is announced, with the report so far, so that the driver knows which
    one a worker died of and what came before.

    Args:
        args: ``space``, ``case``, ``values``, ``checks`` (of `CHECKS`) and
            ``name``: a folder in the run's, where ``"jax"`` leaves
            ``model.keras``, ``inputs.npy`` and ``outputs.npy`` for another process.
        context: Where that folder is.

    Returns:
        A `Report` as a dictionary.
    """
    _spare_imports()
    keras.backend.clear_session(free_memory=False)  # That would collect garbage.
    case = Case.parse(args["case"])
    space = offline_space(args["space"], case.signature)
    folder = context.run / args["name"]
    folder.mkdir(parents=True, exist_ok=True)
    point = _Point(space, args["values"], folder)
    point.report.declared = space.unsupported(args["values"])
    for check in args["checks"]:
        if _is_spared(check, point.report.declared) or (
            check in (*ROUGHLY, "jax") and _stands_in(space)
        ):
            point.report.spared.append(check)
            continue
        context.emit({"check": check, "report": asdict(point.report)})
        if not point.run(check):
            break
    if "jax" not in point.report.passed:
        shutil.rmtree(folder)
    return asdict(point.report)


@cache
def _spare_imports() -> None:
    """Spares garbage collections the million objects that importing TensorFlow makes."""
    gc.freeze()


def _stands_in(space: SearchSpace) -> bool:
    """Returns whether random weights stand in for trained ones that the network would bring.

    What such a network answers is nearly the same for every input: a rounded
    file cannot be judged by it.
    """
    return bool(getattr(space, "offline_plan", None))


def _is_spared(check: str, declared: Mapping[str, str]) -> bool:
    # int8 is only held by .tflite files.
    targets = ("int8", "tflite") if check == "int8" else (CHECKS[check],)
    return any(target in declared for target in targets)


class _Point:
    """One configuration; the model is built once and brought on from check to check."""

    def __init__(self, space: SearchSpace, values: Mapping[str, Any], folder: Path) -> None:
        self.space, self.values, self.folder = space, values, folder
        self.report = Report()
        self.inputs = batch(space.signature, EXAMPLES, seed=1)[0]
        self._model: Any = None
        self._settled: Any = None
        self._reference: NDArray[Any] | None = None
        self._frozen: Any = None

    def run(self, check: str) -> bool:
        """Runs one check and notes what came of it; returns whether others make sense."""
        steps: dict[str, Callable[[], None]] = {
            "build": self._build,
            "step": self._step,
            "save": self._save,
            "tfjs": self._tfjs,
            "jax": self._jax,
            "gate": self._gate,
        }
        started, built = time.perf_counter(), True
        try:
            steps.get(check, lambda: self._tflite(RECIPES.get(check)))()
        except (AssertionError, ConversionError, VerificationError) as error:
            self.report.problems[check] = str(error) or repr(error)
        except Exception as error:  # Whatever a model raises is a finding, not a crash.
            self.report.problems[check] = f"{type(error).__name__}: {error}"
            built = check != "build"
        else:
            self.report.passed.append(check)
        self.report.seconds[check] = time.perf_counter() - started
        return built

    @property
    def model(self) -> Any:
        """The model as the space makes it, compiled."""
        if self._model is None:
            keras.utils.set_random_seed(7)
            self._model = self.space.build_from(self.values)
            self.report.parameters = int(self._model.count_params())
        return self._model

    @property
    def settled(self) -> Any:
        """The model with weights as training leaves them."""
        if self._settled is None:
            settle(self.model, self.inputs, last=not _stands_in(self.space))
            self._settled = self.model
        return self._settled

    @property
    def reference(self) -> NDArray[Any]:
        """What Keras says to the inputs."""
        if self._reference is None:
            self._reference = np.asarray(answers(self.settled, self.inputs))
        finite = np.isfinite(self._reference).all()
        assert finite, "Keras' own outputs are not finite"
        return self._reference

    def _build(self) -> None:
        self._model = check_same_twice(self.space, self.values)
        self.report.parameters = int(self._model.count_params())

    def _step(self) -> None:
        try:
            check_step(self.model, self.space, self.values)
        except BaseException:
            self._model = None  # The other checks get a fresh one.
            raise

    def _save(self) -> None:
        check_saving(self.settled, self.space, self.folder / "saved.keras")

    def _tflite(self, recipe: Recipe) -> None:
        from automl.export.tflite.converting import convert
        from automl.export.tflite.freezing import freeze
        from automl.verify.litert import run_tflite

        reference = self.reference
        if self._frozen is None:
            self._frozen = freeze(self.settled)
        content = convert(self._frozen, recipe, self.inputs)
        self._compare(recipe.name, run_tflite(content, self.inputs).outputs, reference)

    def _tfjs(self) -> None:
        folder = self.folder / "tfjs"
        folder.mkdir()
        exporter, runtime = EXPORTERS.get("tfjs")(), RUNTIMES.get("tfjs-wasm")(latency=_NO_LATENCY)
        path = exporter.export(self.settled, RECIPES.get("float32"), folder, self.inputs)
        self._compare("tfjs", runtime.run(path, self.inputs).outputs, self.reference)

    def _jax(self) -> None:
        self.settled.save(self.folder / "model.keras")
        np.save(self.folder / "inputs.npy", self.inputs)
        np.save(self.folder / "outputs.npy", self.reference)

    def _gate(self) -> None:
        """Measures the candidate as a search does before it trains it."""
        declared = self.report.declared
        recipe = "dynamic_int8" if "int8" in declared else "int8"
        context = PreparedContext(self.folder, lambda message: None, space_=self.space)
        args = {
            "space": {},
            "values": self.values,
            "format": "tfjs" if "tflite" in declared else "tflite",
            "recipes": ["float32" if "tflite" in declared else recipe],
            "constraints": asdict(Constraints()),
            "task": "",
        }
        gate.run(args, context)

    def _compare(self, check: str, outputs: NDArray[Any], reference: NDArray[Any]) -> None:
        assert outputs.shape == reference.shape, (
            f"outputs have shape {outputs.shape}, Keras gives {reference.shape}"
        )
        assert np.isfinite(outputs).all(), "outputs are not finite"
        explained = False
        if check == "int8":
            rounding = outputs_in_8_bits(self.settled, self.inputs)
            error = excess(outputs, reference, rounding)
            self._judge("int8 over rounding", error, OVER_ROUNDING, "of what 8 bits make of it")
            explained = error <= EXPLAINED
        if check in ROUGHLY:
            rebuilt = self.space.signature.target.kind == "reconstruction"
            # An untrained autoencoder says nearly the same of all, in units of the data,
            # or is far beyond the data after a first step.
            varied = [reference, self.inputs] if rebuilt else [reference]
            error = min(scatter(outputs, reference, each) for each in varied)
            allowed = ROUGHLY_EXPLAINED if explained else ROUGHLY[check]
            self._judge(check, error, allowed, "of how far the outputs vary")
        else:
            self._compare_exactly(check, outputs, reference)

    def _compare_exactly(self, check: str, outputs: NDArray[Any], reference: NDArray[Any]) -> None:
        error = difference(outputs, reference)
        if error <= EXACT:
            self.report.errors[check] = error
            return
        exact = outputs_in_64_bits(self.settled, self.inputs)
        own = difference(reference, exact)
        self.report.errors[f"{check}, Keras' own"] = own
        allowed = max(EXACT, OVER_KERAS * own)
        self._judge(check, difference(outputs, exact), allowed, "relative to the largest output")

    def _judge(self, name: str, error: float, allowed: float, measure: str) -> None:
        self.report.errors[name] = error
        assert error <= allowed, f"differs from Keras by {error:.2g} {measure}, allowed {allowed:g}"
