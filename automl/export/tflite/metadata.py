"""A file's metadata, as the tools of Android and MediaPipe read them.

The schema is TensorFlow Lite's own
(https://ai.google.dev/edge/litert/models/metadata). What it calls normalization is
what the reader does to raw values before it feeds them: nothing, because the model
does it itself.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from automl.export.settings import About
from automl.export.tflite.flat import Floats, Number, Table, encode

#: Name of the buffer that holds them, and what their bytes begin with.
NAME, IDENTIFIER = "TFLITE_METADATA", b"M001"
LABELS_FILE = "labels.txt"
#: Oldest reader that understands what is written.
_PARSER = "1.0.0"
#: Values of the schema's enumerations and unions.
_AXIS_LABELS = 2
_RGB, _GREY = 1, 2
_FEATURES, _IMAGE, _AUDIO = 1, 2, 4
_NORMALIZATION = 1
#: Every file of a zip needs a date; this one is the same in every export.
_DATE = (1980, 1, 1, 0, 0, 0)


def metadata(about: About, inputs: Sequence[str], outputs: Sequence[str]) -> bytes:
    """Returns the content of the buffer `NAME`.

    Args:
        about: What is to be said.
        inputs: Name of each input; the first is what `about` speaks of.
        outputs: Name of each output, likewise.
    """
    subgraph = Table(
        (
            None,
            None,
            [_input(about, inputs[0]), *(Table((name,)) for name in inputs[1:])],
            [_output(about, outputs[0]), *(Table((name,)) for name in outputs[1:])],
        )
    )
    root = Table(
        (about.name, about.description, None, [subgraph], None, None, None, _PARSER),
    )
    return encode(root, IDENTIFIER)


def with_labels(content: bytes, labels: Sequence[str]) -> bytes:
    """Returns a file with its labels at the end, as a zip, which readers look for there.

    Args:
        content: A ``.tflite`` file.
        labels: Name of each class or label; with none, nothing is added.
    """
    if not labels:
        return content
    text = "".join(f"{' '.join(label.split())}\n" for label in labels)
    buffer = io.BytesIO(content)
    # Readers on Android map the file and read what is stored, not compressed.
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(LABELS_FILE, _DATE), text.encode())
    return buffer.getvalue()


def _input(about: About, name: str) -> Table:
    limits = None
    if about.low is not None and about.high is not None:
        limits = Table((Floats((about.high,)), Floats((about.low,))))
    units = None
    if about.kind == "image":
        units = [Table((Number("Uint8", _NORMALIZATION), _as_it_is()))]
    return Table((name, about.feed or None, None, _content(about), units, limits))


def _as_it_is() -> Table:
    """Returns a normalization that changes nothing: (value - 0) / 1."""
    return Table((Floats((0.0,)), Floats((1.0,))))


def _content(about: About) -> Table:
    kind, properties = _FEATURES, Table(())
    if about.kind == "image":
        color = _GREY if about.channels == 1 else _RGB
        kind, properties = _IMAGE, Table((Number("Int8", color),))
    elif about.kind == "audio":
        rate: Any = Number("Uint32", about.sample_rate)
        kind, properties = _AUDIO, Table((rate, Number("Uint32", 1)))
    return Table((Number("Uint8", kind), properties))


def _output(about: About, name: str) -> Table:
    files = None
    if about.labels:
        files = [Table((LABELS_FILE, None, Number("Int8", _AXIS_LABELS)))]
    content = Table((Number("Uint8", _FEATURES), Table(())))
    return Table((name, about.answer or None, None, content, None, None, files))
