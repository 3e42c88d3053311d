"""What the models of a space cost, over a sample of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from search_spaces.space import SearchSpace

#: What is measured, in the order it is shown, and in the user's words.
MEASURES = {
    "params": "parameters",
    "flops": "FLOPs",
    "float32": ".tflite bytes, float32",
    "dynamic_int8": ".tflite bytes, dynamic_int8",
}


@dataclass(frozen=True)
class Spread:
    """Smallest, middle and largest value of a sample."""

    least: float
    median: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Returns the spread of at least one value."""
        ordered = sorted(values)
        return cls(ordered[0], ordered[len(ordered) // 2], ordered[-1])


@dataclass(frozen=True)
class Survey:
    """What a sample showed.

    Attributes:
        samples: Number of configurations drawn.
        spreads: A key of `MEASURES` -> its spread over the sample.
        failures: A line for each model that could not be measured.
    """

    samples: int
    spreads: dict[str, Spread]
    failures: tuple[str, ...] = ()


def survey(
    space: SearchSpace, samples: int, seed: int, step: Callable[[], None] = lambda: None
) -> Survey:
    """Builds and converts models of a seeded sample, untrained, and measures them.

    Args:
        space: What to draw from.
        samples: Models to build.
        seed: Seeds the draws; sample i is ``space.sample(seed + i)``.
        step: Is called after each model.
    """
    import keras

    found: dict[str, list[float]] = {name: [] for name in MEASURES}
    failures = []
    for number in range(seed, seed + samples):
        values = space.sample(number)
        keras.backend.clear_session()
        try:
            measured = _measure(space.construct(space.architecture(values)))
        except Exception as error:  # Any model may fail in any way; the others still count.
            failures.append(f"seed {number}: {type(error).__name__}: {error}")
        else:
            for name, value in measured.items():
                found[name].append(value)
        step()
    spreads = {name: Spread.of(values) for name, values in found.items() if values}
    return Survey(samples, spreads, tuple(failures))


def _measure(model: Any) -> dict[str, float]:
    import numpy as np

    from automl.execution.jobs.gate import scatter_weights
    from automl.export.tflite.converting import convert
    from automl.export.tflite.freezing import freeze
    from automl.measure.flops import count_flops
    from automl.registry import RECIPES

    scatter_weights(model)  # Equal constants are shared: fresh weights look smaller.
    frozen = freeze(model)
    return {
        "params": model.count_params(),
        "flops": count_flops(frozen),
        **{
            name: len(convert(frozen, RECIPES.get(name), np.zeros(0)))
            for name in ("float32", "dynamic_int8")
        },
    }
