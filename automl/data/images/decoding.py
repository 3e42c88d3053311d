"""One picture file: what its header says, and its pixels."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.data.decoding.files import UnreadableError

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

#: Formats whose files may hold several frames that follow each other in time.
_ANIMATED = frozenset(("GIF", "PNG", "WEBP", "AVIF", "FLI"))
#: Formats that are one as far as suffixes go.
_SAME = {"MPO": "JPEG", "DIB": "BMP"}


@dataclass(frozen=True)
class Header:
    """What is known of a picture before it is decoded.

    Attributes:
        width: Pixels, upright.
        height: Pixels, upright.
        grey: Whether it is stored without colour.
        deep: Whether it has one channel of more than 8 bits.
        marks: What a person may want to know of it, among `MARKS`.
    """

    width: int
    height: int
    grey: bool
    deep: bool
    marks: frozenset[str] = frozenset()


#: Mark -> what is told of pictures that carry it.
MARKS = {
    "animated": "animated: the first frame counts",
    "pages": "of several pages: the first page counts",
    "rotated": "turned upright as their EXIF data says",
    "transparent": "with transparent pixels: these become white",
    "cmyk": "in CMYK: converted to RGB without a colour profile",
    "suffix": "of another format than their suffix says: read by content",
}


def read_header(path: Path) -> Header:
    """Opens a file and looks at its header.

    Raises:
        UnreadableError: If it is no picture.
    """
    from PIL import Image

    from automl.preprocessing.reference import picture

    _check_not_empty(path)
    try:
        with Image.open(path) as image:
            turned = picture.orientation_of(image)
            width, height = image.size[::-1] if turned > 4 else image.size
            return Header(
                width,
                height,
                picture.is_grey(image),
                picture.is_deep(image),
                _marks(path, image, turned),
            )
    except Exception as error:
        raise UnreadableError(_reason(error)) from error


def decode(path: Path, settings: Mapping[str, Any]) -> np.ndarray:
    """Returns the pixels of a file as `reference.picture.read_picture` does.

    Raises:
        UnreadableError: If they cannot be read.
    """
    from automl.preprocessing.reference import picture

    _check_not_empty(path)
    try:
        return picture.read_picture(path, settings)
    except Exception as error:
        raise UnreadableError(_reason(error)) from error


def is_colorless(path: Path) -> bool:
    """Returns whether a picture has no colour, whatever it is stored as; True if unreadable."""
    import numpy as np
    from PIL import Image

    try:
        with Image.open(path) as image:
            image.draft(None, (256, 256))  # A fraction of a large JPEG tells as well.
            values = np.asarray(image.convert("RGB"))
    except Exception:  # `decode` says what is wrong with it.
        return True
    return bool((values == values[..., :1]).all())


@contextlib.contextmanager
def without_warnings() -> Iterator[None]:
    """Silences Pillow while it decodes: what it warns of is handled here.

    Filters belong to all threads, so that this is entered once, around them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _check_not_empty(path: Path) -> None:
    try:
        if path.stat().st_size == 0:
            raise UnreadableError("is empty")
    except OSError as error:
        raise UnreadableError(_reason(error)) from error


def _marks(path: Path, image: Image.Image, turned: int) -> frozenset[str]:
    from PIL import Image

    from automl.preprocessing.reference import picture

    said = Image.registered_extensions().get(path.suffix.lower(), "")
    found = image.format or ""
    checks = {
        "animated": found in _ANIMATED and getattr(image, "n_frames", 1) > 1,
        "pages": found == "TIFF" and getattr(image, "n_frames", 1) > 1,
        "rotated": turned > 1,
        "transparent": picture.has_alpha(image),
        "cmyk": image.mode == "CMYK",
        "suffix": bool(said) and _SAME.get(said, said) != _SAME.get(found, found),
    }
    return frozenset(mark for mark, holds in checks.items() if holds)


def _reason(error: Exception) -> str:
    """Returns in a few words why a picture cannot be read.

    Damaged files make Pillow raise nearly anything, so that what is not known
    here is named by its type.
    """
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, UnreadableError):
        return str(error)
    text = str(error).lower()
    if isinstance(error, UnidentifiedImageError):
        return "is no picture that can be read"
    if isinstance(error, Image.DecompressionBombError):
        return "has too many pixels"
    if isinstance(error, PermissionError | FileNotFoundError):
        return "may not be read" if isinstance(error, PermissionError) else "is gone"
    if "truncated" in text or isinstance(error, EOFError):
        return "is cut off"
    if isinstance(error, ValueError) and text.startswith(("holds ", "has ")):
        return str(error)
    return "is damaged"
