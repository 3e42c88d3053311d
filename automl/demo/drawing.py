"""What a drawing must be like to look like the pictures a model learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from automl.data.summary import DataSummary

#: Pixels up to which a grey picture is something a person can draw.
LARGEST = 64
#: Share of a border's pixels that are blank in pictures of strokes.
_BLANK = 0.8
#: Part of the range from which on a pixel is ink.
_INK = 0.35


def drawing_of(x: np.ndarray, data: DataSummary) -> dict[str, Any] | None:
    """Returns what strokes are like, or None if the pictures are no drawings.

    Args:
        x: Raw pictures, count x height x width x channels.
        data: Their description.

    Returns:
        ``dark``, whether ink is bright on dark; ``reach``, the part of a picture
        that its strokes fill, by the longer side; ``width``, the usual width of
        a stroke as a part of that; ``mass``, whether the middle of the ink, and
        not of the box around it, is where pictures have their middle.
    """
    import numpy as np

    spec = data.input
    if spec.kind != "image" or x.ndim != 4 or x.shape[-1] != 1 or max(x.shape[1:3]) > LARGEST:
        return None
    low, high = (0.0, 255.0) if data.front is not None else (spec.low, spec.high)
    if not high > low:
        return None
    ink = (x[..., 0].astype(np.float64) - low) / (high - low)
    corners = np.stack([ink[:, 0, 0], ink[:, 0, -1], ink[:, -1, 0], ink[:, -1, -1]])
    dark = float(np.median(corners)) < 0.5
    ink = ink if dark else 1 - ink
    corners = corners if dark else 1 - corners
    if float((corners < _INK).mean()) < _BLANK:
        return None
    reaches, widths, boxes, masses = [], [], [], []
    for picture in ink:
        inked = picture > _INK
        if not inked.any():
            continue
        rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
        tall, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
        reaches.append(max(tall / x.shape[1], wide / x.shape[2]))
        boxes.append((rows[0] + rows[-1], columns[0] + columns[-1]))
        shares = picture / picture.sum()
        masses.append(
            (shares.sum(1) @ np.arange(len(picture)), shares.sum(0) @ np.arange(x.shape[2]))
        )
        widths.append(picture.sum() / max(1.0, _length(inked)) / max(tall, wide))
    if not reaches:
        return None
    return {
        "dark": dark,
        "reach": round(float(np.clip(np.median(reaches), 0.2, 1.0)), 3),
        "width": round(float(np.clip(np.median(widths), 0.05, 0.25)), 3),
        "mass": bool(np.std(masses, axis=0).sum() < np.std(boxes, axis=0).sum() / 2),
    }


def _length(inked: np.ndarray) -> float:
    """Returns about how long the strokes are: half of the ink's edge."""
    import numpy as np

    padded = np.pad(inked, 1).astype(np.int8)
    edge = np.abs(np.diff(padded, axis=0)).sum() + np.abs(np.diff(padded, axis=1)).sum()
    # A slanted edge crosses 4/pi times as many pixel borders as it is long.
    return float(edge) * np.pi / 8
