"""Reads a picture file as the exported model takes it; needs Pillow and NumPy alone.

    settings = json.loads(Path("picture.json").read_text())
    example = read_picture("cat.jpg", settings)  # height x width x channels

The same is done in picture.mjs and Picture.kt. What is done, in this order: the
first frame is decoded and turned upright as its EXIF data says; what is
transparent becomes white; colours become grey where the model sees grey; then the
picture is resized with a triangle filter that is as wide as the reduction, so that
every pixel counts. ``fit`` says how: ``"crop"`` keeps the largest part in the middle
that has the model's proportions, ``"pad"`` keeps all and fills the borders.

Numbers are as in the file, 0 to 255, or 0 to 65,535 where ``depth`` is 16: the
model rescales them itself. Decoders of lossy formats differ by a few units from
library to library.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

ORIENTATION = 0x0112
#: EXIF orientation -> what turns the picture upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WITH_EXIF = ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif")
_GREY = ("1", "L", "LA", "La")
_WITH_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")


def read_picture(path: str | os.PathLike[str], settings: Mapping[str, Any]) -> np.ndarray:
    """Returns a picture as uint8 (or, with a depth of 16, uint16), height x width x channels.

    Args:
        path: The file.
        settings: ``height``, ``width``, ``channels`` (1 or 3), ``fit`` (``"crop"``
            or ``"pad"``), ``depth`` (8 or 16) and ``fill``, as in picture.json.

    Raises:
        OSError: If the file cannot be read; Pillow raises other errors, too,
            for damaged files.
        ValueError: If it holds numbers that are no colours.
    """
    with Image.open(path) as image:
        return example_of(image, settings)


def example_of(image: Image.Image, settings: Mapping[str, Any]) -> np.ndarray:
    """Returns an opened picture as `read_picture` does."""
    width, height = int(settings["width"]), int(settings["height"])
    shrink_while_decoding(image, width, height, str(settings["fit"]))
    image.load()
    turn = _TURNS.get(orientation_of(image))
    if settings["depth"] == 16:
        plain = Image.fromarray(_deep(image).astype(np.float32))
    else:
        plain = _flat(image, int(settings["channels"]))
    if turn is not None:
        plain = plain.transpose(turn)
    if plain.size != (width, height):
        plain = _resized(plain, width, height, str(settings["fit"]), int(settings["fill"]))
    values: np.ndarray = np.asarray(plain)
    if settings["depth"] == 16:
        values = np.clip(np.floor(values + 0.5), 0, 65535).astype(np.uint16)
    return values[..., np.newaxis] if values.ndim == 2 else values


def orientation_of(image: Image.Image) -> int:
    """Returns the EXIF orientation, 1 (upright) to 8; 1 if there is none to be read."""
    if image.format not in ("TIFF", "MPO") and not any(key in image.info for key in _WITH_EXIF):
        return 1
    try:
        orientation = image.getexif().get(ORIENTATION, 1)
    except Exception:  # A damaged note about a picture is no reason to do without it.
        return 1
    return orientation if orientation in _TURNS else 1


def is_grey(image: Image.Image) -> bool:
    """Returns whether a picture is stored without colour."""
    if image.mode == "P" and image.palette is not None:
        mode, palette = image.palette.getdata()
        step = len(mode)  # "RGB", or "BGRX" as a file has it.
        if step not in (3, 4):
            return False
        colors = np.frombuffer(bytes(palette), np.uint8)
        table = colors[: len(colors) // step * step].reshape(-1, step)
        return bool((table[:, :1] == table[:, :3]).all())
    return image.mode in _GREY or is_deep(image)


def is_deep(image: Image.Image) -> bool:
    """Returns whether a picture has one channel of more than 8 bits."""
    return image.mode.startswith("I")


def has_alpha(image: Image.Image) -> bool:
    """Returns whether pixels may be transparent."""
    return image.mode in _WITH_ALPHA or "transparency" in image.info


def part_kept(
    width: int, height: int, to_width: int, to_height: int, fit: str
) -> tuple[tuple[int, int, int, int], tuple[int, int]]:
    """Returns which box of a picture is kept, and the width and height it is resized to."""
    if fit == "pad":
        scale = min(to_width / width, to_height / height)
        size = (max(1, int(width * scale + 0.5)), max(1, int(height * scale + 0.5)))
        return (0, 0, width, height), (min(to_width, size[0]), min(to_height, size[1]))
    kept_width = min(width, max(1, int(height * to_width / to_height + 0.5)))
    kept_height = min(height, max(1, int(width * to_height / to_width + 0.5)))
    left, top = (width - kept_width) // 2, (height - kept_height) // 2
    return (left, top, left + kept_width, top + kept_height), (to_width, to_height)


def shrink_while_decoding(image: Image.Image, to_width: int, to_height: int, fit: str) -> None:
    """Lets JPEG decode at a half, a quarter or an eighth, still twice the size needed."""
    if image.format not in ("JPEG", "MPO"):
        return
    width, height = image.size
    if orientation_of(image) > 4:
        to_width, to_height = to_height, to_width
    box, size = part_kept(width, height, to_width, to_height, fit)
    scale = 2 * max(size[0] / (box[2] - box[0]), size[1] / (box[3] - box[1]))
    if scale < 1:
        image.draft(None, (int(width * scale + 1), int(height * scale + 1)))


def _resized(image: Image.Image, width: int, height: int, fit: str, fill: int) -> Image.Image:
    box, size = part_kept(*image.size, width, height, fit)
    if box != (0, 0, *image.size):
        image = image.crop(box)
    # Rows, then columns: in one call Pillow chooses the order, and rounding differs.
    resized = image.resize((size[0], image.height), Image.Resampling.BILINEAR)
    resized = resized.resize(size, Image.Resampling.BILINEAR)
    if size == (width, height):
        return resized
    whole = Image.new(image.mode, (width, height), (fill,) * len(image.getbands()))
    whole.paste(resized, ((width - size[0]) // 2, (height - size[1]) // 2))
    return whole


def _flat(image: Image.Image, channels: int) -> Image.Image:
    """Returns a picture of 8 bits, grey or RGB, white where it was transparent."""
    mode = "L" if channels == 1 else "RGB"
    if image.mode == "F":
        raise ValueError("holds fractions, which have no set range")
    if is_deep(image):
        image = Image.fromarray((_deep(image) >> 8).astype(np.uint8))
    if has_alpha(image):
        values = np.asarray(image.convert("RGBA")).astype(np.uint32)
        alpha = values[..., 3:]
        color = (values[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
        image = Image.fromarray(color.astype(np.uint8))
    if image.mode == mode:
        return image
    # Pillow knows the way from every mode to RGB, but not from every mode to grey.
    return (image if image.mode in ("1", "L", "P", "RGB") else image.convert("RGB")).convert(mode)


def _deep(image: Image.Image) -> np.ndarray:
    """Returns the numbers of a picture of one channel as uint16."""
    values: np.ndarray = np.asarray(image)
    if not is_deep(image):
        raise ValueError("has 8 bits or colours, not 16 bits of grey")
    if values.min() < 0 or values.max() > 65535:
        raise ValueError("holds numbers outside of 0 to 65,535")
    return values.astype(np.uint16)
