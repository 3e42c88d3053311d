"""Measures a candidate's untrained artifact.

Bytes, operators and latency of an artifact do not depend on what was learned,
only on the architecture. They do depend on weights being *different*: fresh
biases are all zero and the converter shares or drops equal constants, so every
weight gets a random value first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from automl.compression.recipe import Recipe
from automl.compression.suited_recipe import suited
from automl.config import Constraints
from automl.errors import ConversionError
from automl.execution.context import JobContext
from automl.export.about import settings_for
from automl.export.base import Exporter
from automl.export.tflite.freezing import freeze, frozen_once
from automl.measure.size import folder_size, least_size
from automl.registry import EXPORTERS, RECIPES, RUNTIMES
from automl.resolve import supported
from automl.tuning.constraints import broken
from automl.types import Measures
from automl.verify.finding import runtimes_for

if TYPE_CHECKING:
    import keras
    import numpy as np

#: Examples that calibrate the untrained artifact; its bytes do not depend on them.
CALIBRATION = 2


@frozen_once()
def run(args: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Builds, converts and measures one candidate.

    Cheap measures come first; a candidate that breaks a bound is not measured
    further.

    Args:
        args: ``space``, ``values``, ``format``, ``recipes`` (as
            `automl.resolve.by_size` orders them), ``constraints`` and ``task``.
        context: Where the data is.

    Returns:
        A `Measures` record as a dictionary.

    Raises:
        ConversionError: If the candidate cannot be converted.
    """
    import keras

    from automl.measure.flops import count_flops

    space = context.space(args["space"])
    names = args["recipes"]
    if supported(names, {"int8": ""}) != tuple(names):
        names = supported(names, space.unsupported(args["values"]))
    if not names:
        raise ConversionError("it supports none of the planned recipes.")
    recipes = {name: short_calibration(RECIPES.get(name)) for name in names}
    first = next(iter(recipes))
    exporter = EXPORTERS.get(args["format"])()
    exporter.settings = settings_for(context.summary, args["task"])
    constraints = Constraints(**args["constraints"])
    keras.backend.clear_session()
    body = space.construct(space.architecture(args["values"]))
    model = context.whole(body, args["task"])
    measures = Measures(model.count_params(), None, None, None, None, first)
    floor = replace(measures, size=least_size(model, recipes[first]), size_is_floor=True)
    if broken(constraints, floor):
        return asdict(floor)
    scatter_weights(body)  # Front and tail have the constants that they ship with.
    measures = replace(measures, flops=count_flops(freeze(model)))
    if broken(constraints, measures):
        return asdict(measures)
    x = context.calibration(CALIBRATION)
    with TemporaryDirectory(prefix="automl-gate-") as folder:
        recipes = {name: suited(each, model, context.summary) for name, each in recipes.items()}
        name, path = _smallest(model, exporter, recipes, Path(folder), x, constraints)
        size, gzipped = folder_size(path.parent)
        measures = replace(measures, size=size, gzip_size=gzipped, recipe=name)
        runtimes = [RUNTIMES.get(each)() for each in runtimes_for(args["format"])[:1]]
        # A runtime in a process of its own takes a second: only if it decides.
        wanted = [r for r in runtimes if r.in_process or constraints.max_latency is not None]
        if wanted and not broken(constraints, measures):
            measures = replace(measures, ram=wanted[0].ram(path))
        if wanted and not broken(constraints, measures):
            latency = wanted[0].run(path, x[:1]).latency_ms
            measures = replace(measures, latency_ms=latency)
        return asdict(measures)


def _smallest(
    model: keras.Model,
    exporter: Exporter,
    recipes: Mapping[str, Recipe],
    folder: Path,
    calibration: np.ndarray,
    constraints: Constraints,
) -> tuple[str, Path]:
    """Exports in the recipes of the smallest weights, in others only if those break the size bound.

    Which of two int8 recipes is smaller is not known before: per-channel scales
    of activations weigh more than small float kernels.

    Returns:
        The recipe of the smallest artifact, and its main file in a folder of its own.
    """
    found: dict[int, tuple[str, Path]] = {}
    error: ConversionError | None = None
    smallest = next(iter(recipes.values())).weights
    limit = constraints.max_size
    for number, (name, recipe) in enumerate(recipes.items()):
        fits = bool(found) and (limit is None or min(found) <= limit)
        if recipe.weights != smallest and fits:
            break
        home = folder / str(number)
        home.mkdir()
        try:
            path = exporter.export(model, recipe, home, calibration)
        except ConversionError as refused:
            error = refused
            continue
        found.setdefault(folder_size(home)[0], (name, path))
    if not found:
        raise error or ConversionError(f"{exporter.name} holds none of the planned recipes.")
    return found[min(found)]


def short_calibration(recipe: Recipe) -> Recipe:
    """Returns the recipe with no more calibration than a measurement needs."""
    return recipe.with_calibration(CALIBRATION)


def scatter_weights(model: keras.Model, seed: int = 0) -> None:
    """Gives every float weight a small random value, positive for variances and scales."""
    import numpy as np

    random = np.random.default_rng(seed)
    for weight in model.weights:
        if "float" in str(weight.dtype):
            values = random.normal(scale=0.05, size=tuple(weight.shape))
            if len(weight.shape) < 2:
                values = 0.5 + np.abs(values)
            weight.assign(values.astype("float32"))
