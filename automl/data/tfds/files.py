"""Pictures and sounds of a set, written to files for as long as it takes to read them."""

from __future__ import annotations

import math
import tempfile
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.data.base import RawData
from automl.data.options import ReadOptions
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

    from automl.data.labels.reading import Labels

#: Pixels of a side up to which pictures of one size are taken as they are.
SMALL = 96
#: Samples per second of sounds whose set does not say it.
USUAL_RATE = 16_000
#: Largest sample of 16 bits.
_LOUDEST = 32_767


def is_small(builder: Any, splits: Any, feature: Any, options: ReadOptions) -> bool:
    """Returns whether pictures have one small size, fit into memory and stay as they are."""
    import numpy as np

    shape = tuple(feature.shape or (None,))
    if options.image_size is not None or options.color != "auto" or None in shape:
        return False
    if np.dtype(feature.np_dtype).name != "uint8":
        return True  # No picture file holds other numbers.
    if shape[-1] not in (1, 3):
        return False
    count = sum(
        builder.info.splits[split].num_examples if split in builder.info.splits else 0
        for split in splits.names.values()
    )
    return bool(max(shape[:2]) <= SMALL and count * math.prod(shape) <= options.memory)


def from_pictures(builder: Any, splits: Any, chosen: Any, options: ReadOptions) -> RawData:
    """Reads encoded pictures as a folder of pictures is read."""
    from automl.data.images.reading import read_images

    def write(value: Any, path: Path) -> Path:
        # Pillow knows pictures by their content.
        path = path.with_suffix(".png")
        path.write_bytes(value)
        return path

    return _read(builder, splits, chosen, options, write, read_images, encoded=True)


def from_sounds(builder: Any, splits: Any, chosen: Any, options: ReadOptions) -> RawData:
    """Reads samples as a folder of sounds is read."""
    from dataclasses import replace

    from automl.data.audio.reading import read_audio
    from automl.data.tfds.features import flat

    feature = flat(builder.info.features)[chosen.inputs[0]]
    rate = getattr(feature, "sample_rate", None)
    known = int(rate or USUAL_RATE)

    def write(value: Any, path: Path) -> Path:
        return _write_sound(value, path.with_suffix(".wav"), known)

    raw = _read(builder, splits, chosen, options, write, read_audio, encoded=False)
    if rate:
        return raw
    note = f"The set does not say its sample rate: taken as {USUAL_RATE:,} samples per second."
    return replace(raw, notes=(*raw.notes, note))


def _write_sound(value: np.ndarray, path: Path, rate: int) -> Path:
    import numpy as np

    samples = np.asarray(value)
    if samples.dtype.kind == "f":  # From -1 to 1.
        samples = np.round(np.clip(samples, -1, 1) * _LOUDEST)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1] if samples.ndim == 2 else 1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.clip(samples, -_LOUDEST - 1, _LOUDEST).astype("<i2").tobytes())
    return path


def _read(
    builder: Any,
    splits: Any,
    chosen: Any,
    options: ReadOptions,
    write: Callable[[Any, Path], Path],
    read: Callable[..., RawData],
    *,
    encoded: bool,
) -> RawData:
    from automl.data.files.listing import listing_of

    with _folder() as root:
        files, roles, labels, notes = _written(
            builder, splits, chosen, options, write, root, encoded
        )
        words = None
        if labels is not None and labels.target.kind == "class":
            every = [label for values in labels.values for label in values.tolist()]
            words = [labels.target.names[label] for label in every]
        listing = listing_of(
            root,
            files,
            labels=words,
            values=_rows(labels),
            kind="none" if labels is None else labels.target.kind,
            names=() if labels is None else labels.target.names,
            splits=roles,
            notes=notes,
            why="" if labels is None else labels.why,
        )
        return read(listing, options)


def _rows(labels: Labels | None) -> list[Any] | None:
    if labels is None or labels.target.kind == "class":
        return None
    return [row for values in labels.values for row in values.tolist()]


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="automl-tfds-") as folder:
        yield Path(folder)


def _written(
    builder: Any,
    splits: Any,
    chosen: Any,
    options: ReadOptions,
    write: Callable[[Any, Path], Path],
    root: Path,
    encoded: bool,
) -> tuple[list[Path], list[str], Labels | None, list[str]]:
    """Writes every example to a file; returns files, splits, labels and notes."""
    import numpy as np

    from automl.data.labels.parts import Part
    from automl.data.labels.reading import read_labels
    from automl.data.tfds.features import flat, kind_of
    from automl.data.tfds.reading import as_labels, class_names, examples

    x = chosen.inputs[0]
    keys = {"x": x} | ({"y": chosen.target} if chosen.target else {})
    feature = flat(builder.info.features).get(chosen.target)
    files: list[Path] = []
    roles: list[str] = []
    parts: list[Part] = []
    notes: list[str] = []
    for role, split in splits.names.items():
        (root / role).mkdir()
        here, values = [], []
        for number, example in enumerate(examples(builder, split, keys, x if encoded else "")):
            here.append(write(example["x"], root / role / f"{number:08d}"))
            values.append(example.get("y"))
            if number % 256 == 0:
                options.report(number, 0, f"examples of {role}")
        if feature is not None:
            part = as_labels(feature, values, role)
            known = np.ones(len(here), bool)
            if kind_of(feature) == "class":
                known = part.values >= 0
            if not known.any():
                notes.append(f"The {role} split is left out: its classes are not published.")
                continue
            here = [file for file, keep in zip(here, known.tolist(), strict=True) if keep]
            parts.append(Part(f"{chosen.target} of {role}", part.values[known], len(here)))
        files += here
        roles += [role] * len(here)
    if not files:
        raise UserInputError(f"{builder.info.name} must have examples to learn from. It has none.")
    if feature is None:
        return files, roles, None, notes
    names = class_names(feature)
    return files, roles, read_labels(parts, task=options.task, class_names=names), notes
