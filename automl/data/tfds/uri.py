"""How a set of the catalogue is named: ``tfds:NAME[/CONFIG][:VERSION][:SPLIT]``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from automl.errors import UserInputError

PREFIX = "tfds:"
PATTERN = "tfds:NAME[/CONFIG][:VERSION][:SPLIT]"
_VERSION = re.compile(r"(\d+|\*)\.(\d+|\*)\.(\d+|\*)")
_NAME = re.compile(r"[a-zA-Z]\w*(/[\w.+-]+)*")


@dataclass(frozen=True)
class TfdsName:
    """A set of the catalogue, and which part of it.

    Attributes:
        name: Name, with the configuration after a slash.
        version: Version, e.g. ``"3.0.1"``; empty for the newest.
        split: What to read as `tensorflow_datasets` writes it, e.g.
            ``"train[:10%]"``; empty for all splits in their roles.
    """

    name: str
    version: str = ""
    split: str = ""

    @property
    def full(self) -> str:
        """Name, configuration and version, as `tensorflow_datasets.builder` takes them."""
        return f"{self.name}:{self.version}" if self.version else self.name


def parse_uri(uri: str) -> TfdsName:
    """Reads ``tfds:mnist``, ``tfds:glue/sst2:2.0.0``, ``tfds:mnist:train[:10%]`` and the like.

    Raises:
        UserInputError: If it is written otherwise.
    """
    name, _, rest = uri.removeprefix(PREFIX).partition(":")
    version, _, split = rest.partition(":")
    if not _VERSION.fullmatch(version):
        version, split = "", rest
    if not _NAME.fullmatch(name):
        raise UserInputError(f"DATA of the catalogue is like {PATTERN}. Received: {uri!r}.")
    return TfdsName(name, version, split)
