"""Where raw data cannot be stored in integers, whatever is searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl.data.dataset import DataSummary

#: Steps of int8 that the usual spread of a channel must be worth.
_LEAST_STEPS = 2.0
_LEVELS = 255
#: Standard deviations from the mean that hold nearly all values of a channel.
_REACH = 3.0


def float_start(data: DataSummary) -> str:
    """Returns why a file of integers must begin in float32; ``""`` if it need not.

    One scale for the raw input loses what is small in it. Where some channel varies
    by less than a few of its steps, that channel is gone before the first layer.
    The first layers, up to where values are of one kind, then stay in float32.

    Args:
        data: The run's data.
    """
    if data.front is not None:
        return _FRONTS.get(data.front["part"], "")
    spec = data.input
    if spec.kind not in ("vector", "series") or len(spec.std) < 2:
        return ""
    low = min(mean - _REACH * std for mean, std in zip(spec.mean, spec.std, strict=True))
    high = max(mean + _REACH * std for mean, std in zip(spec.mean, spec.std, strict=True))
    step = (high - low) / _LEVELS
    if min(spec.std) >= _LEAST_STEPS * step:
        return ""
    return _REASON.format("features" if spec.kind == "vector" else "channels")


_REASON = "one scale for all {} would lose the smallest of them"
#: Front -> why it does not survive in int8, measured on trained models.
_FRONTS = {
    "columns": "one scale for all columns of a row would lose most, and what is missing",
    "log_mel": "a spectrogram in int8 loses all that is not loud",
}
