"""How an exported file is to be, beside what its recipe says."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from automl.errors import UserInputError

#: What ``--batch`` takes for a batch of any size.
DYNAMIC = "dynamic"


@dataclass(frozen=True)
class About:
    """What a file's own metadata say of it, for tools that read them.

    Attributes:
        name: What it is called.
        description: What it does, in a sentence or two.
        kind: What one example is: ``"image"``, ``"audio"``, ``"text"`` or ``""`` for
            anything else.
        feed: What is fed, in a sentence or two.
        answer: What comes out, in a sentence.
        labels: Name of each output; empty for none.
        low: Smallest raw value.
        high: Largest raw value.
        channels: Channels of an image.
        sample_rate: Samples per second of a sound.
    """

    name: str = ""
    description: str = ""
    kind: str = ""
    feed: str = ""
    answer: str = ""
    labels: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    channels: int = 0
    sample_rate: int = 0


@dataclass(frozen=True)
class ExportSettings:
    """How a file is to be.

    Attributes:
        batch: Examples of one call; 0 for any number of them.
        flex: Whether TensorFlow's own operators may be used where the format's do
            not suffice. Such a file needs a larger runtime.
        about: What goes into the file's metadata; None for none.
    """

    batch: int = 1
    flex: bool = False
    about: About | None = None

    def __post_init__(self) -> None:
        if self.batch < 0:
            raise UserInputError(
                f"A batch is 1 or more, or 0 for any number. Received: batch={self.batch}."
            )

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready record that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Builds the settings that `to_dict` wrote."""
        about = record.get("about")
        if about is not None:
            about = About(**about | {"labels": tuple(about["labels"])})
        return cls(**record | {"about": about})


def parse_batch(text: str | int) -> int:
    """Returns a batch size as `ExportSettings` takes it: 0 for ``"dynamic"``.

    Raises:
        UserInputError: If it is neither a number from 1 nor ``"dynamic"``.
    """
    if str(text) == DYNAMIC:
        return 0
    if str(text).isdigit() and int(text) > 0:
        return int(text)
    raise UserInputError(f"--batch is 1 or more, or {DYNAMIC}. Received: {text!r}.")
