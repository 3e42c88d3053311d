"""What files are, by their suffixes: images, texts or audio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from automl.data.files.scanning import Found
from automl.data.options import AUTO
from automl.errors import UserInputError

#: Kind of file -> what ``--input`` calls the examples made of it.
INPUTS = {"image": "image", "text": "tokens", "audio": "spectrogram"}
#: Kind of file -> what several are called.
PLURALS = {"image": "images", "text": "texts", "audio": "recordings"}

_TEXTS = frozenset((".txt",))
_AUDIO = frozenset((".wav", ".flac", ".ogg"))
#: Formats that Pillow knows by name alone: it reads no picture from them.
_NAMES_ONLY = frozenset(("BUFR", "GRIB", "HDF5", "MPEG"))


def image_suffixes() -> frozenset[str]:
    """Returns the suffix, in lower case, of every format that Pillow reads."""
    from PIL import Image

    return frozenset(
        suffix
        for suffix, name in Image.registered_extensions().items()
        if name in Image.OPEN and name not in _NAMES_ONLY
    )


def kinds_of(files: Iterable[Found]) -> list[str]:
    """Returns the kind of each file, one of `INPUTS`, or ``""``."""
    suffixes = [file.suffix for file in files]
    images = image_suffixes()
    known: dict[str, str] = {}
    for suffix in set(suffixes):
        if suffix in _TEXTS:
            known[suffix] = "text"
        elif suffix in _AUDIO:
            known[suffix] = "audio"
        else:
            known[suffix] = "image" if suffix in images else ""
    return [known[suffix] for suffix in suffixes]


def kind_of_data(root: Path, kinds: Iterable[str], wanted: str) -> str:
    """Returns the kind of file that a folder is about.

    Args:
        root: The folder, for messages.
        kinds: Kind of each of its files.
        wanted: What ``--input`` says, or ``"auto"`` for what most files are.

    Raises:
        UserInputError: If no file is of a kind that can be read.
    """
    counts = Counter(kind for kind in kinds if kind)
    if wanted != AUTO:
        named = [kind for kind, name in INPUTS.items() if name == wanted]
        if not named:
            raise UserInputError(
                f"A folder holds images, texts (--input tokens) or audio (--input spectrogram)."
                f" Received: --input {wanted}."
            )
        if not counts[named[0]]:
            found = ", ".join(f"{count:,} {PLURALS[kind]}" for kind, count in counts.items())
            raise UserInputError(
                f"{root} holds no {PLURALS[named[0]]}, which --input {wanted} asks for."
                f" Received: {found or 'no file that can be read'}."
            )
        return named[0]
    if not counts:
        raise UserInputError(
            f"{root} holds no file that can be read: images, .txt texts or .wav, .flac or .ogg"
            " audio. Name the folder that holds them."
        )
    return counts.most_common(1)[0][0]
