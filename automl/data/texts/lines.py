"""A plain file with a label and a text on each line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from automl.data.base import RawData, Skipped, Source
from automl.data.labels.parts import Part
from automl.data.labels.reading import Labels, read_labels
from automl.data.options import ReadOptions
from automl.data.texts.reading import encoding_notes
from automl.data.texts.tokenized import EncodedTexts, texts_from
from automl.errors import UserInputError
from automl.preprocessing.text_file import read_text

#: What fastText writes before each label of a line.
PREFIX = "__label__"
_FAST = re.compile(rf"((?:{PREFIX}\S+\s+)*{PREFIX}\S+)(?:\s+|$)")
#: Lines that a label has on average, at least, if it is one: first words of plain
#: sentences are more varied than that.
_LINES_PER_LABEL = 3
_NUMBER = re.compile(r"[+-]?[0-9]*[.,]?[0-9]+(?:[eE][+-]?[0-9]+)?")
#: Different texts for each different label from which on their number alone decides.
_FAR_FEWER = 5
_SUFFIXES = (".txt", ".text", ".lines", ".all", ".ft")
_PACKED = ".gz"


@dataclass(frozen=True)
class Line:
    """One example.

    Attributes:
        number: Its number in the file, from 1.
        labels: What stands before (or after) the text.
        text: The rest.
    """

    number: int
    labels: tuple[str, ...]
    text: str


class LinesSource(Source):
    """Lines of ``label text``, ``label<TAB>text``, ``text<TAB>label`` or fastText's format.

    Lines end with a line feed and nothing else, as texts hold other line breaks.
    FastText's format (https://fasttext.cc/docs/en/supervised-tutorial.html) has
    one or more labels before a text, each with ``__label__`` before it.
    """

    name = "lines"
    pattern = "FILE.txt"
    heeds = frozenset({"task", "length", "vocabulary"})

    @classmethod
    def matches(cls, uri: str) -> bool:
        """Returns whether `uri` ends as files of lines do, packed with gzip or not."""
        name = uri.lower().removesuffix(_PACKED)
        return Path(name).suffix in _SUFFIXES and not Path(uri).is_dir()

    def load(self, uri: str, options: ReadOptions) -> RawData:
        """Reads the file.

        Raises:
            UserInputError: If it cannot be read or its lines have no labels.
        """
        path = Path(uri)
        if not path.is_file():
            raise UserInputError(f"DATA must be an existing file. Received: {uri}.")
        try:
            decoded = read_text(path)
        except UserInputError as error:
            raise UserInputError(f"{uri} {error}.") from error
        lines, form, skipped = _parse(uri, decoded.text)
        labels = _labels(lines, form, options)
        (kept,) = labels.kept
        if kept is not None:
            lines = [lines[at] for at in kept.tolist()]
        notes = (*encoding_notes(Counter([decoded.encoding])), *labels.notes)
        unlabeled = tuple(replace(one, where=_where(one, lines)) for one in labels.skipped)
        tokenized = texts_from([line.text for line in lines], options, per_line=True)

        def data(encoded: EncodedTexts) -> RawData:
            return RawData(
                x=encoded.x,
                y=labels.values[0],
                input=encoded.input,
                target=labels.target,
                encoder=encoded.encoder,
                task=labels.task,
                why=f"{form}: {labels.why}",
                notes=(*notes, *encoded.notes),
                skipped=(*skipped, *unlabeled),
                fit=lambda rows: data(tokenized.fit(rows)),
                alike=lambda encoder: data(tokenized.alike(encoder)),
            )

        return data(tokenized.fit())


def _where(skipped: Skipped, lines: Sequence[Line]) -> str:
    """Returns the line that a skipped label is on."""
    position = int(re.findall(r"\d+", skipped.where)[-1])
    return f"line {lines[position].number}" if position < len(lines) else skipped.where


def _parse(uri: str, text: str) -> tuple[list[Line], str, list[Skipped]]:
    """Returns the lines, what they look like, and which were skipped."""
    rows = [
        (number, row.removesuffix("\r"))
        for number, row in enumerate(text.removesuffix("\n").split("\n"), start=1)
    ]
    skipped = [Skipped(f"line {number}", "is empty") for number, row in rows if not row.strip()]
    rows = [(number, row) for number, row in rows if row.strip()]
    if not rows:
        raise UserInputError(f"{uri} must hold a label and a text on each line. It is empty.")
    if all(row.startswith(PREFIX) for _, row in rows):
        lines, form = [_of_fast(number, row) for number, row in rows], f"lines begin with {PREFIX}"
    elif all("\t" in row for _, row in rows):
        lines, form = _of_tabs(rows)
    else:
        lines, form = _of_words(uri, rows)
    skipped += [Skipped(f"line {line.number}", "has no text") for line in lines if not line.text]
    return [line for line in lines if line.text], form, skipped


def _of_fast(number: int, row: str) -> Line:
    match = _FAST.match(row)
    if match is None:
        return Line(number, (), "")
    labels = tuple(label.removeprefix(PREFIX) for label in match.group(1).split())
    return Line(number, labels, row[match.end() :].strip())


def _of_tabs(rows: list[tuple[int, str]]) -> tuple[list[Line], str]:
    """Takes the side as the label that is more like one."""
    first = [_of_pair(number, *row.partition("\t")[::2]) for number, row in rows]
    last = [_of_pair(number, *row.rpartition("\t")[::-2]) for number, row in rows]
    if _is_label_first(first, last):
        return first, "lines are label<TAB>text"
    return last, "lines are text<TAB>label"


def _is_label_first(first: Sequence[Line], last: Sequence[Line]) -> bool:
    """Returns whether what stands first is the label.

    Numbers are labels, words beside them texts. Labels are far fewer than texts;
    where texts repeat too, labels are shorter.
    """
    ahead = {line.labels[0] for line in first}
    behind = {line.labels[0] for line in last}
    numbers = [all(map(_NUMBER.fullmatch, side)) for side in (ahead, behind)]
    if numbers[0] != numbers[1]:
        return numbers[0]
    if max(len(ahead), len(behind)) >= _FAR_FEWER * min(len(ahead), len(behind)):
        return len(ahead) < len(behind)
    words = [sum(len(text.split()) for text in side) / len(side) for side in (ahead, behind)]
    if words[0] != words[1]:
        return words[0] < words[1]
    return len(ahead) <= len(behind)


def _of_pair(number: int, label: str, text: str) -> Line:
    return Line(number, (label.strip(),), text.strip())


def _of_words(uri: str, rows: list[tuple[int, str]]) -> tuple[list[Line], str]:
    lines = [_of_pair(number, *row.lstrip().partition(" ")[::2]) for number, row in rows]
    labels = {line.labels for line in lines}
    if len(labels) * _LINES_PER_LABEL > len(lines):
        raise UserInputError(
            f"{uri} must hold a label and a text on each line: label text, label<TAB>text or"
            f" {PREFIX}label text. Received: {len(labels):,} different first words in"
            f" {len(lines):,} lines, e.g. {lines[0].labels[0][:40]!r}."
        )
    return lines, "lines are label and text"


def _labels(lines: list[Line], form: str, options: ReadOptions) -> Labels:
    """Returns what the labels are: numbers if all are and the task or a fraction says so."""
    import numpy as np

    if any(len(line.labels) > 1 for line in lines) or options.task == "multilabel":
        names = sorted({label for line in lines for label in line.labels})
        table = np.array([[name in line.labels for name in names] for line in lines], np.float32)
        return read_labels([Part("labels", table, len(lines))], task="multilabel", names=names)
    values = np.array([line.labels[0] for line in lines])
    try:
        numbers = values.astype(np.float64)
    except ValueError:
        numbers = None
    measured = numbers is not None and bool((numbers % 1 != 0).any())
    if numbers is not None and (options.task == "regression" or measured):
        values = numbers
    return read_labels([Part("labels", values, len(lines))], task=options.task)
