"""Texts to token ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl.errors import UserInputError
from automl.preprocessing.base import Encoder, Named
from automl.preprocessing.beside import listed, write_reference, write_settings, write_text
from automl.preprocessing.named_files import files_below
from automl.preprocessing.reference.tokenizer import PADDING, UNKNOWN, Tokenizer

if TYPE_CHECKING:
    import numpy as np

__all__ = ["LONGEST", "PADDING", "UNKNOWN", "TextEncoder"]

#: Characters kept of a token: no word is longer, and a broken file has "words" of megabytes.
LONGEST = 64
#: What the first two lines of a vocabulary file say. No token reads so: "[" is a token of its own.
SPECIAL = ("[padding]", "[unknown]")
VOCABULARY_FILE, SETTINGS_FILE = "vocabulary.txt", "tokenizer.json"
REFERENCE_FILES = ("tokenizer.py", "tokenizer.mjs", "Tokenizer.kt")
#: Suffixes of files that hold text.
SUFFIXES = (".txt", ".text")
_REFERENCE = "automl.preprocessing.reference"
#: Characters of a text that stand for it where its answer is shown.
_NAME_LENGTH = 60


@dataclass(frozen=True)
class TextEncoder(Encoder):
    """Gives texts as token ids, by rules that are the same in every language.

    The rules, and why they need no Unicode tables of a language's own, are in
    ``automl/preprocessing/reference/tokenizer.py``: the very code that makes the
    ids here is written beside an exported file. In short: words are runs of
    letters and digits with their combining marks; every punctuation mark, symbol,
    emoji, ideograph and kana is a token of its own; capitals are small letters.
    On 10,000 sentences of film reviews (SUBJ), punctuation as tokens was worth
    0.4 to 1.2 points of accuracy over dropping it (linear model).

    Attributes:
        vocabulary: Text of each token from id 2 on, the most frequent first. Id 0
            is padding and id 1 every other token.
        length: Number of ids of a text; longer texts are cut, shorter ones padded.
        lowercase: Whether capitals count as small letters.
        longest: Characters kept of a token.
        per_line: Whether a file holds one text per line, and not one in all.
        column: Column of a table that holds the texts; empty where no table does.
    """

    name: ClassVar[str] = "text"
    takes: ClassVar[str] = "texts: the text itself, a file of it or a folder of such files"

    vocabulary: tuple[str, ...]
    length: int
    lowercase: bool = True
    longest: int = LONGEST
    per_line: bool = False
    column: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "vocabulary", tuple(self.vocabulary))
        if self.length < 1 or self.longest < 1:
            raise UserInputError(
                "A text has at least 1 id and a token at least 1 character. Received:"
                f" length={self.length}, longest={self.longest}."
            )

    @property
    def ids(self) -> int:
        """Number of ids, those of padding and unknown tokens included."""
        return len(SPECIAL) + len(self.vocabulary)

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The code that does it."""
        return make_tokenizer(self.vocabulary, self.length, self.lowercase, self.longest)

    def encode(self, texts: Iterable[str]) -> np.ndarray:
        """Returns texts as ids: int32, count x length."""
        import numpy as np

        rows = [self.tokenizer.ids(text) for text in texts]
        return np.array(rows, np.int32).reshape(len(rows), self.length)

    def examples(self, argument: str) -> Iterator[Named]:
        """Reads a text file, a folder of them, a table, or the argument itself as a text.

        Raises:
            UserInputError: If a file holds no text or a folder no text file.
        """
        from automl.data.tables.reading import format_of

        path = Path(argument) if 0 < len(argument) < 4096 and "\0" not in argument else None
        if path is not None and _is(path, "dir"):
            for file, name in files_below(path, SUFFIXES, "texts"):
                yield from self._of_file(file, name)
        elif path is not None and self.column and format_of(path.name):
            yield from self._of_table(path)
        elif path is not None and _is(path, "file"):
            yield from self._of_file(path, path.name)
        elif path is not None and _looks_like_a_file(path):
            raise UserInputError(f"There is no file {argument}. Give a path or a text.")
        else:
            yield self._named(_shortened(argument), argument)

    def write(self, folder: Path) -> tuple[str, ...]:
        """Writes vocabulary, settings and reference code."""
        lines = "".join(f"{word}\n" for word in (*SPECIAL, *self.vocabulary))
        write_text(folder, VOCABULARY_FILE, lines)
        settings = {
            "length": self.length,
            "lowercase": self.lowercase,
            "longest": self.longest,
            "characters": characters(),
        }
        write_settings(folder, SETTINGS_FILE, settings)
        write_reference(folder, REFERENCE_FILES)
        return (VOCABULARY_FILE, SETTINGS_FILE, *REFERENCE_FILES)

    def describe(self) -> str:
        """Returns in two sentences what to feed the exported file."""
        return (
            f"Feed {self.length} token ids of a text (int32), padded at the end with 0."
            f" {VOCABULARY_FILE} has a token on each line, whose number from 0 is its id;"
            f" {listed(REFERENCE_FILES)} turn a text into ids."
        )

    def _of_table(self, path: Path) -> Iterator[Named]:
        from automl.data.tables.cells import read_cells
        from automl.data.tables.reading import read_table
        from search_spaces.registry import nearest

        table = read_table(path)
        if self.column not in table.frame.columns:
            raise UserInputError(
                f"The texts are in column {self.column!r}. Received: {path} without it."
                f"{nearest(self.column, list(table.frame.columns))}"
            )
        texts = read_cells(self.column, table.frame[self.column]).strings()
        for place, text in zip(table.places, texts, strict=True):
            yield self._named(place, text)

    def _of_file(self, path: Path, name: str) -> Iterator[Named]:
        from automl.preprocessing.text_file import read_text

        try:
            text = read_text(path).text
        except UserInputError as error:
            raise UserInputError(f"{path} {error}.") from error
        if not self.per_line:
            yield self._named(name, text)
            return
        # Line feeds alone: texts hold other line breaks.
        for line in text.removesuffix("\n").split("\n"):
            yield self._named(_shortened(line), line)

    def _named(self, name: str, text: str) -> Named:
        """Returns a text as ids, with a doubt where nothing in it was learned from."""
        ids = self.encode([text])[0]
        doubts: tuple[str, ...] = ()
        if ids.max() <= UNKNOWN:
            doubts = ("no word of it was learned from" if text.strip() else "it is empty",)
        return Named(name, ids, doubts)


def characters() -> str:
    """Returns the kind of each character, as `Tokenizer` takes it.

    Made from the general categories of Unicode 10 (2017), which every runtime
    in use knows: what is normalized is never outside of it.
    """
    return resources.files(_REFERENCE).joinpath("characters.txt").read_text("ascii").strip()


def make_tokenizer(
    words: Iterable[str] = (), length: int = 1, lowercase: bool = True, longest: int = LONGEST
) -> Tokenizer:
    """Returns the reference tokenizer with a vocabulary, or for its tokens alone."""
    return Tokenizer([*SPECIAL, *words], length, lowercase, longest, characters())


def _is(path: Path, kind: str) -> bool:
    """Returns whether a path is a folder or a file; what can be no path is neither."""
    try:
        return path.is_dir() if kind == "dir" else path.is_file()
    except OSError:
        return False


def _looks_like_a_file(path: Path) -> bool:
    """Returns whether somebody surely meant a file: it ends like one and has no spaces."""
    if " " in str(path):
        return False
    return path.suffix.lower() in SUFFIXES or (len(path.parts) > 1 and bool(path.suffix))


def _shortened(text: str) -> str:
    """Returns the beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _NAME_LENGTH else f"{line[: _NAME_LENGTH - 1]}…"
