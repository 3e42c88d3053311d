"""What comes next in a series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from automl.data.storage import chunks
from automl.tasks.base import MOST_KEPT
from automl.tasks.baseline import Baseline
from automl.tasks.number_metrics import mae, mase, r2, rmse
from automl.tasks.regression import Regression
from automl.tasks.scores import Scorer

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Examples
    from automl.data.dataset import DataSummary

#: Series whose values are kept for the report.
_KEPT_SERIES = 200


class Forecasting(Regression):
    """Numbers some steps ahead.

    Ranked by MASE, the error against that of repeating the last value: it says
    at once whether the forecast is worth anything. Where that value makes no
    error, by RMSE.
    """

    name = "forecasting"
    summary = "numbers some steps ahead in a series"

    @classmethod
    def suits(cls, data: DataSummary) -> str | None:
        """Returns None if the numbers are steps ahead."""
        reason = super().suits(data)
        if reason is None and not any(data.target.steps):
            return (
                "forecasting needs numbers in the order of time; name the column that orders them"
                " with --time-column"
            )
        return reason

    def scorers(self, data: DataSummary) -> Mapping[str, Scorer]:
        """Returns MASE first, unless repeating the last value makes no error."""
        naive = data.target.naive_error
        first: dict[str, Scorer] = {"mase": mase(naive)} if naive > 0 else {}
        last: dict[str, Scorer] = {} if naive > 0 else {"mase": mase(naive)}
        return {**first, "rmse": rmse, "mae": mae, "r2": r2, **last}

    def baseline(
        self, x: Examples, y: np.ndarray, known: np.ndarray, data: DataSummary
    ) -> Baseline | None:
        """Returns the last value seen of each number, for every step ahead."""
        import numpy as np

        horizon = max(data.target.steps)
        targets = data.target.names[: len(data.target.names) // horizon]
        seen = [each["name"] for each in (data.encoder or {}).get("columns", ())]
        names = [name if horizon == 1 else name.removesuffix(" +1") for name in targets]
        if not set(names) <= set(seen):
            return None
        last = np.concatenate([part[:, -1] for part in chunks(x)])
        outputs = np.tile(last[:, [seen.index(name) for name in names]], (1, horizon))
        return Baseline(outputs.astype(np.float32), "repeating the last value")

    def evidence(self, x: Examples, outputs: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
        """Returns forecasts and what came, in the order of time, and what was seen of the first."""
        kept = {"outputs": outputs[:MOST_KEPT], "y": y[:MOST_KEPT]}
        if len(x.shape) == 3:
            kept["seen"] = x[:_KEPT_SERIES]
        return kept
