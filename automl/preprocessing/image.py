"""Picture files to raw examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from automl.errors import UserInputError
from automl.preprocessing.base import Encoder, Named
from automl.preprocessing.beside import listed, write_reference, write_settings

SETTINGS_FILE = "picture.json"
REFERENCE_FILES = ("picture.py", "picture.mjs", "Picture.kt")


@dataclass(frozen=True)
class ImageEncoder(Encoder):
    """Decodes a picture, turns it upright and makes it as large as the model wants it.

    What is done exactly is in ``automl/preprocessing/reference/picture.py``: the
    code that pictures are trained with is the one that is written beside an
    exported file.

    Attributes:
        height: Pixels of a raw example.
        width: Pixels of a raw example.
        channels: 1 for grey, 3 for RGB.
        fit: How pictures of other proportions are treated: ``"crop"`` keeps
            their middle, ``"pad"`` fills the borders.
        depth: Bits of a number: 8, or 16 for grey pictures of more than 8.
        fill: The number that borders are filled with.
    """

    name: ClassVar[str] = "image"
    takes: ClassVar[str] = "pictures"

    height: int
    width: int
    channels: int
    fit: str = "crop"
    depth: int = 8
    fill: int = 128

    def __post_init__(self) -> None:
        if min(self.height, self.width) < 1 or self.channels not in (1, 3):
            raise UserInputError(
                "A picture is at least 1x1 and has 1 or 3 channels. Received:"
                f" {self.height}x{self.width}x{self.channels}."
            )
        if self.fit not in ("crop", "pad") or (self.depth, self.channels) not in (
            (8, 1),
            (8, 3),
            (16, 1),
        ):
            raise UserInputError(
                "`fit` is 'crop' or 'pad', and `depth` 8 or, for grey, 16. Received:"
                f" fit={self.fit!r}, depth={self.depth}, channels={self.channels}."
            )

    def examples(self, argument: str) -> Iterator[Named]:
        """Reads a picture, or every picture in a folder and those below it.

        Files of a folder that are no pictures by their suffix are passed over,
        as they are in training.

        Raises:
            UserInputError: If there is no picture, or one cannot be read.
        """
        import numpy as np

        from automl.data.decoding.files import UnreadableError
        from automl.data.files.kinds import image_suffixes
        from automl.data.files.scanning import scan
        from automl.data.images.decoding import decode, without_warnings

        path = Path(argument)
        if path.is_dir():
            known = image_suffixes()
            found = [file for file in scan(path).files if file.suffix in known]
            files, names = [file.path for file in found], [file.name for file in found]
            if not files:
                raise UserInputError(f"{path} holds no pictures. Name a picture or their folder.")
        elif path.is_file():
            files, names = [path], [path.name]
        else:
            raise UserInputError(f"There is no picture and no folder {argument}.")
        for file, name in zip(files, names, strict=True):
            try:
                with without_warnings():
                    pixels = decode(file, asdict(self))
            except UnreadableError as error:
                raise UserInputError(f"{file} {error}.") from error
            yield Named(name, pixels.astype(np.float32))

    def write(self, folder: Path) -> tuple[str, ...]:
        """Writes settings and reference code."""
        write_settings(folder, SETTINGS_FILE, asdict(self))
        write_reference(folder, REFERENCE_FILES)
        return (SETTINGS_FILE, *REFERENCE_FILES)

    def describe(self) -> str:
        """Returns in two sentences what to feed the exported file."""
        colors = "grey" if self.channels == 1 else "RGB"
        largest = "255" if self.depth == 8 else "65,535"
        other = "cut to its middle" if self.fit == "crop" else "padded at its borders"
        return (
            f"Feed the pixels of an upright picture as float32, {self.height} rows of {self.width}"
            f" {colors} values from 0 to {largest}; one of another size is resized and {other}."
            f" {listed(REFERENCE_FILES)} read a file so, with the"
            f" settings in {SETTINGS_FILE}."
        )
