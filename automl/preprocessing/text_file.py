"""The text of a file, whatever its encoding."""

from __future__ import annotations

import codecs
import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

from automl.errors import UserInputError

#: How a file that is no UTF-8 is read, as notes call it.
FALLBACK = "Windows-1252 (Latin-1)"
#: Marks at a file's beginning -> its encoding; the longest that fits counts.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Bytes looked at to tell UTF-16 without a mark, and text from anything else.
_SAMPLE = 4096
#: Control characters that texts hold: tab, line breaks, form feed, escape, end of file.
_TEXT_CONTROLS = frozenset("\t\n\v\f\r\x1b\x1a\x85")


@dataclass(frozen=True)
class DecodedText:
    """A file's text.

    Attributes:
        text: The text, without a byte-order mark.
        encoding: What it was in: ``"utf-8"``, ``"utf-16"``, ``"utf-32"`` or `FALLBACK`.
    """

    text: str
    encoding: str


def read_text(path: Path) -> DecodedText:
    """Reads a text file, ``.gz`` or not.

    Raises:
        UserInputError: If it cannot be read or is no text; the message says why
            in a few words, without the file's name.
    """
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserInputError(f"cannot be read ({reason.lower()})") from error
    return decode(content)


def decode(content: bytes) -> DecodedText:
    """Decodes a text by its byte-order mark, else as UTF-8, else as Windows-1252.

    Raises:
        UserInputError: If the bytes are no text.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return DecodedText(content.decode(encoding), encoding.removesuffix("-sig"))
            except UnicodeDecodeError:
                break
    if bare := _bare_utf16(content):
        return DecodedText(content.decode(bare), "utf-16")
    try:
        decoded = DecodedText(content.decode("utf-8-sig"), "utf-8")
    except UnicodeDecodeError:
        # What Windows-1252 leaves undefined is a control character of Latin-1.
        try:
            decoded = DecodedText(content.decode("cp1252"), FALLBACK)
        except UnicodeDecodeError:
            decoded = DecodedText(content.decode("latin-1"), FALLBACK)
    _check_is_text(decoded.text)
    return decoded


def _bare_utf16(content: bytes) -> str:
    """Returns the encoding of UTF-16 without a mark, told by its many zero bytes, or ``""``."""
    sample = content[: min(_SAMPLE, len(content) // 2 * 2)]
    if len(content) % 2 or len(sample) < 4:
        return ""
    half = len(sample) // 2
    high, low = sample[::2].count(0), sample[1::2].count(0)
    for name, zeros, others in (("utf-16-le", low, high), ("utf-16-be", high, low)):
        if zeros > half / 2 and not others:
            try:
                content.decode(name)
            except UnicodeDecodeError:
                return ""
            return name
    return ""


def _check_is_text(text: str) -> None:
    sample = text[:_SAMPLE]
    strange = sum(
        character < " " or "\x7f" <= character < "\xa0"
        for character in sample
        if character not in _TEXT_CONTROLS
    )
    # A stray control character happens; pictures and archives are full of them.
    if strange > max(2, len(sample) / 50):
        raise UserInputError("is no text")
