"""Every metric: what it is called, which direction is better, how it is written."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Begins the names of metrics that are measured on validation data.
VALIDATION = "val_"
MISSING = "\N{EN DASH}"


@dataclass(frozen=True)
class Metric:
    """One figure that says how good a model is.

    Attributes:
        name: Its name in records, e.g. ``"rmse"``.
        label: Its name for people, e.g. ``"RMSE"``.
        higher_is_better: Whether a larger value is a better one.
        summary: What it says, in a few words.
        bounded: Whether 1 is the best there is, so that it is written with four
            decimals; others are written with four significant digits.
    """

    name: str
    label: str
    higher_is_better: bool
    summary: str
    bounded: bool = True

    def format(self, value: float | None) -> str:
        """Returns a value as it is shown, or a dash."""
        if value is None or not math.isfinite(value):
            return MISSING
        if self.bounded:
            return f"{value:.4f}"
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:#.4g}".rstrip(".")

    def turned(self, value: float) -> float:
        """Returns the value with its sign so that higher is better."""
        return value if self.higher_is_better else -value

    def better(self, one: float, other: float) -> bool:
        """Returns whether `one` is better than `other`."""
        return self.turned(one) > self.turned(other)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "accuracy", True, "share of the examples whose class is right"),
        Metric(
            "balanced_accuracy", "balanced accuracy", True,
            "mean over the classes of the share that is found",
        ),
        Metric("macro_f1", "macro F1", True, "mean over the classes or labels of their F1"),
        Metric(
            "auc", "AUC", True,
            "chance that an example of a class scores higher than another (one against the rest)",
        ),
        Metric(
            "subset_accuracy", "exact match", True,
            "share of the examples of which every label is right",
        ),
        Metric("label_accuracy", "label accuracy", True, "share of the single labels right"),
        Metric("mae", "MAE", False, "mean absolute error, in the units of the target", False),
        Metric("rmse", "RMSE", False, "root mean squared error, in the same units", False),
        Metric("r2", "R\N{SUPERSCRIPT TWO}", True, "share of the variance that is explained"),
        Metric(
            "mase", "MASE", False,
            "mean absolute error over that of repeating the last value; below 1 is better than"
            " repeating",
            False,
        ),
        Metric(
            "reconstruction_error", "reconstruction error", False,
            "mean squared error of normal examples, in rescaled units", False,
        ),
        Metric("loss", "loss", False, "what training minimizes", False),
    )
}  # fmt: skip


def metric_of(name: str) -> Metric:
    """Returns a metric by its name, with or without ``val_`` before it.

    One that is not ours, of a plugin's task, is called by its name; names that
    end in ``loss`` or ``error`` are better when lower.
    """
    bare = name.removeprefix(VALIDATION)
    known = METRICS.get(bare)
    if known is not None:
        return known
    lower = bare.endswith(("loss", "error"))
    return Metric(bare, bare.replace("_", " "), not lower, "", bounded=False)


#: What is measured on a candidate beside how good it is; lower is better.
COSTS = ("size", "gzip_size", "latency", "flops", "params", "ram")
#: Every name that `--objective` takes.
OBJECTIVES = (*(f"{VALIDATION}{name}" for name in METRICS), *COSTS)
