"""A few test examples for a page, in the form in which a person would give them.

A sample says what was right and what the Keras model puts out, so that a page can
check itself on any browser. Numbers are written so that nothing of a float32 is lost.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.preprocessing.base import part_from

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Target
    from automl.preprocessing.table import Column, TableEncoder
    from automl.preprocessing.text import TextEncoder

#: Files of samples stand in this folder, `INDEX` lists them.
FOLDER, INDEX = "samples", "samples.json"
#: What can stand for a token that a vocabulary does not hold: such marks are tokens of their own.
UNKNOWN_MARKS = ("\u2026", "\u25af")
#: Bytes that all samples together may take, more or less.
BUDGET = 60_000


def write_samples(
    folder: Path,
    x: np.ndarray,
    y: np.ndarray,
    outputs: np.ndarray,
    *,
    target: Target,
    encoder: Mapping[str, Any] | None,
) -> int:
    """Writes samples into a folder and returns how many; all that fit a page's budget.

    Args:
        folder: Where to write, exists.
        x: Raw examples, count x shape, as the exported file takes them.
        y: What was right, count first.
        outputs: What the Keras model puts out, count x units.
        target: What `y` is.
        encoder: Record of what happens before the file; None for nothing.
    """
    (folder / FOLDER).mkdir(exist_ok=True)
    part = part_from(dict(encoder)) if encoder is not None else None
    samples: list[dict[str, Any]] = []
    taken = 0
    for example, right, out in zip(x, y, outputs, strict=True):
        given = _given(example, part, folder, len(samples))
        record = {"given": given, "truth": _truth(right, target), "keras": _plain(out.reshape(-1))}
        taken += _size(record, given, folder)
        if samples and taken > BUDGET:
            _remove(given, folder)
            break
        samples.append(record)
    text = json.dumps({"samples": samples}, ensure_ascii=False, separators=(",", ":"))
    (folder / FOLDER / INDEX).write_text(f"{text}\n", encoding="utf-8")
    return len(samples)


def choose(y: np.ndarray, most: int, *, by_class: bool) -> np.ndarray:
    """Returns positions of up to `most` examples: one of each class in turn, or evenly spread."""
    import numpy as np

    if by_class and y.ndim == 1:
        groups = [np.flatnonzero(y == label).tolist() for label in np.unique(y)]
        turns = [group[at] for at in range(most) for group in groups if at < len(group)]
        return np.array(turns[:most], np.int64)
    return np.unique(np.linspace(0, len(y) - 1, min(most, len(y))).round().astype(np.int64))


def _given(x: np.ndarray, encoder: Any, folder: Path, number: int) -> dict[str, Any]:
    """Returns an example in the form that its encoder reads, else its numbers."""
    kind = None if encoder is None else encoder.name
    if kind == "image" and _is_bytes(x):
        return {"picture": _write_png(x, folder / FOLDER / f"{number}.png", folder)}
    if kind == "text":
        text = _text_of(x, encoder)
        if text is not None:
            return {"text": text}
    if kind == "audio":
        return {"sound": _write_wav(x, encoder.sample_rate, folder / FOLDER / f"{number}.wav")}
    if kind == "table":
        rows = _rows_of(x, encoder)
        if rows is not None:
            return {"rows": rows}
    return {"values": _plain(x.reshape(-1))}


def _plain(values: np.ndarray) -> list[float | int | None]:
    """Returns numbers that JSON can hold and that are the same as float32; None for NaN."""
    if values.dtype.kind in "iu":
        return [int(value) for value in values]
    numbers = (float(str(value)) for value in values.astype("float32"))
    return [
        None if not math.isfinite(value) else int(value) if value == int(value) else value
        for value in numbers
    ]


def _truth(right: np.ndarray, target: Target) -> Any:
    if target.kind == "class":
        return target.names[int(right)]
    if target.kind == "labels":
        return [name for name, holds in zip(target.names, right.tolist(), strict=True) if holds]
    return _plain(right.reshape(-1)) if target.kind == "number" else None


def _is_bytes(x: np.ndarray) -> bool:
    import numpy as np

    return bool(((x >= 0) & (x <= 255) & (x == np.floor(x))).all())


def _write_png(x: np.ndarray, path: Path, root: Path) -> str:
    import numpy as np
    from PIL import Image

    pixels = x.astype(np.uint8)
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(path, optimize=True)
    return path.relative_to(root).as_posix()


def _write_wav(x: np.ndarray, rate: int, path: Path) -> str:
    """Writes 16 bits where they are exact, as they are of most sounds, else float32."""
    import numpy as np
    import soundfile

    wave = x.reshape(-1).astype(np.float32)
    steps = wave.astype(np.float64) * 32768
    exact = bool((steps == np.round(steps)).all() and steps.max() < 32768)
    soundfile.write(path, wave, rate, subtype="PCM_16" if exact else "FLOAT")
    return f"{path.parent.name}/{path.name}"


def _text_of(x: np.ndarray, encoder: TextEncoder) -> str | None:
    """Returns a text of the same ids, spaced as people write; None where there is none."""
    ids = x.astype(int).tolist()
    for mark in UNKNOWN_MARKS:
        words = ["", mark, *encoder.vocabulary]
        plain = " ".join(words[token] for token in ids if 0 < token < len(words))
        for text in (_closed_up(plain), plain):
            if encoder.encode([text])[0].tolist() == ids:
                return text
    return None


def _closed_up(text: str) -> str:
    """Returns a text of spaced tokens without the spaces that nobody writes."""
    text = re.sub(r" ([.,;:!?%)\]}])", r"\1", text)
    text = re.sub(r"([(\[{]) ", r"\1", text)
    return re.sub(r"(\w) (['\u2019-]) (\w)", r"\1\2\3", text)


def _rows_of(x: np.ndarray, encoder: TableEncoder) -> list[dict[str, Any]] | None:
    """Returns rows of the same numbers; None where there are none."""
    import numpy as np

    rows = [
        {c.name: _cell(value, c) for c, value in zip(encoder.columns, row, strict=True)}
        for row in x.reshape(-1, len(encoder.columns))
    ]
    again = np.stack([encoder.row(row) for row in rows])
    same = np.array_equal(again, x.reshape(again.shape).astype(np.float32), equal_nan=True)
    return rows if same else None


def _cell(value: np.floating[Any], column: Column) -> Any:
    """Returns what a number stood for: a category's text, a day, a number; None if unknown."""
    (number,) = _plain(value.reshape(1))
    if number is None:
        return None
    if column.kind == "category":
        return column.values[int(number)] if number < len(column.values) else None
    if column.kind == "date" and number == int(number):
        import datetime

        try:
            return str(datetime.date(1970, 1, 1) + datetime.timedelta(days=int(number)))
        except OverflowError:
            return number
    return number


def _file_of(given: Mapping[str, Any], folder: Path) -> Path | None:
    name = given.get("picture") or given.get("sound")
    return folder / name if name else None


def _size(record: Mapping[str, Any], given: Mapping[str, Any], folder: Path) -> int:
    file = _file_of(given, folder)
    return len(json.dumps(record)) + (file.stat().st_size if file else 0)


def _remove(given: Mapping[str, Any], folder: Path) -> None:
    file = _file_of(given, folder)
    if file is not None:
        file.unlink()
