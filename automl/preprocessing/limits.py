"""What raw data itself keeps from being shipped, whatever is searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl.data.dataset import DataSummary

#: Steps of int8 that the usual spread of a channel must be worth.
_LEAST_STEPS = 2.0
_LEVELS = 255
#: Standard deviations from the mean that hold nearly all values of a channel.
_REACH = 3.0


def limits_of(data: DataSummary) -> dict[str, str]:
    """Returns target -> why no file of it can be made from this data, as spaces do.

    Full int8 stores the raw input with one scale. Where some channel varies by
    less than a few of its steps, that channel is lost before the first layer.

    Args:
        data: The run's data.
    """
    if data.front is not None:
        reason = _FRONTS.get(data.front["part"])
        return {"int8": reason} if reason else {}
    spec = data.input
    if spec.kind not in ("vector", "series") or len(spec.std) < 2:
        return {}
    low = min(mean - _REACH * std for mean, std in zip(spec.mean, spec.std, strict=True))
    high = max(mean + _REACH * std for mean, std in zip(spec.mean, spec.std, strict=True))
    step = (high - low) / _LEVELS
    if min(spec.std) >= _LEAST_STEPS * step:
        return {}
    return {"int8": _REASON.format("features" if spec.kind == "vector" else "channels")}


_REASON = (
    "int8 stores the raw input with one scale for all {}, and the smallest of them are lost in it;"
    " dynamic_int8 keeps them"
)
#: Front -> why it does not survive full int8, measured on trained models.
_FRONTS = {
    "columns": "int8 stores a row with one scale for all columns, and cannot tell what is missing;"
    " dynamic_int8 can",
    "log_mel": "the spectrogram inside the file would be in int8 too, which loses all that is not"
    " loud; dynamic_int8 keeps it",
}
