"""Sound files to waveforms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl.errors import UserInputError
from automl.preprocessing.base import Encoder, Named
from automl.preprocessing.beside import listed, write_reference, write_settings
from automl.preprocessing.named_files import files_below

if TYPE_CHECKING:
    import numpy as np

SETTINGS_FILE = "audio.json"
REFERENCE_FILES = ("audio.py", "audio.mjs", "Audio.kt")
#: Suffixes of files that hold sound.
SUFFIXES = (".wav", ".flac", ".ogg")


@dataclass(frozen=True)
class AudioEncoder(Encoder):
    """Gives sound files as waveforms from -1 to 1, mono, at one rate and length.

    The rules are in ``automl/preprocessing/reference/audio.py``: the very code
    that reads files here is written beside an exported file.

    Attributes:
        sample_rate: Samples per second.
        samples: Samples of a waveform; longer sounds are cut, shorter ones padded
            with zeros at their end.
    """

    name: ClassVar[str] = "audio"
    takes: ClassVar[str] = "sounds"

    sample_rate: int
    samples: int

    def __post_init__(self) -> None:
        if self.sample_rate < 1 or self.samples < 1:
            raise UserInputError(
                "A waveform has a sample rate and a length above 0. Received:"
                f" sample_rate={self.sample_rate}, samples={self.samples}."
            )

    def read(self, path: Path) -> np.ndarray:
        """Returns the waveform of a file: float32, (samples,).

        Raises:
            UserInputError: If it cannot be read; the message says why in a few
                words, without the file's name.
        """
        import soundfile

        from automl.preprocessing.reference import audio

        try:
            with path.open("rb") as file:
                return audio.read(file, self.sample_rate, self.samples)
        except ValueError as error:
            raise UserInputError(str(error)) from error
        except (OSError, soundfile.SoundFileError) as error:
            raise UserInputError(why_unreadable(error)) from error

    def examples(self, argument: str) -> Iterator[Named]:
        """Reads a sound file or a folder of them.

        Raises:
            UserInputError: If a file cannot be read or a folder has none.
        """
        path = Path(argument)
        if not path.exists():
            raise UserInputError(f"There is no file {argument}. Give a sound file or a folder.")
        single = iter([(path, path.name)])
        for file, name in files_below(path, SUFFIXES, self.takes) if path.is_dir() else single:
            try:
                yield Named(name, self.read(file))
            except UserInputError as error:
                raise UserInputError(f"{file} {error}.") from error

    def write(self, folder: Path) -> tuple[str, ...]:
        """Writes settings and reference code."""
        settings = {"sample_rate": self.sample_rate, "samples": self.samples}
        write_settings(folder, SETTINGS_FILE, settings)
        write_reference(folder, REFERENCE_FILES)
        return (SETTINGS_FILE, *REFERENCE_FILES)

    def describe(self) -> str:
        """Returns in two sentences what to feed the exported file."""
        return (
            f"Feed {self.samples} samples of mono sound at {self.sample_rate} Hz as float32 from"
            " -1 to 1, followed by zeros if there are fewer."
            f" {listed(REFERENCE_FILES)} show how."
        )


def why_unreadable(error: Exception) -> str:
    """Returns in a few words why a file could not be opened."""
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read ({error.strerror.lower()})"
    text = str(getattr(error, "error_string", error)).rstrip(".").lower()
    return f"cannot be read ({text.removeprefix('error : ')})"
