"""Texts as tokens, from which a vocabulary is fitted on training texts alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.data.options import ReadOptions
from automl.errors import UserInputError
from automl.preprocessing.text import PADDING, SPECIAL, UNKNOWN, TextEncoder, make_tokenizer
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

#: Percentile of the lengths of training texts that is the length of all: a few long
#: texts would make every other one longer and slower.
LENGTH_PERCENTILE = 98
#: Longest length chosen without asking. What a text says is mostly said by then, and
#: recurrent models for the web grow with every token.
LONGEST_CHOSEN = 256
#: Shortest length chosen without asking: convolutions and attention need some steps.
SHORTEST_CHOSEN = 4
#: Share of the running words that may be cut off for having been seen once. Of SUBJ,
#: it is 4 %, and test accuracy over two models and two seeds is 0.926 without them and
#: 0.919 with them; of a few dozen texts it is nearly everything.
MOST_RARE = 0.1
#: Texts between two reports of progress.
_STEP = 500


@dataclass(frozen=True, eq=False)
class EncodedTexts:
    """Texts as ids, and how they came to be.

    Attributes:
        x: Token ids, int32, count x length.
        input: What one text is to a search space.
        encoder: What gives the same ids for another text.
        notes: What a person should know.
    """

    x: np.ndarray
    input: InputSpec
    encoder: TextEncoder
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class TokenizedTexts:
    """Texts cut into tokens, with no vocabulary chosen yet.

    Attributes:
        words: Text of each different token.
        tokens: Index in `words` of every token of every text, one text after the other.
        counts: Number of tokens of each text.
        options: What the user said: ``length`` and ``vocabulary``.
        per_line: Whether a file to predict on holds a text per line.
    """

    words: tuple[str, ...]
    tokens: np.ndarray
    counts: np.ndarray
    options: ReadOptions
    per_line: bool = False

    def fit(self, rows: np.ndarray | None = None) -> EncodedTexts:
        """Chooses vocabulary and length on some texts, and encodes all of them.

        Args:
            rows: Positions of the training texts; None for all.
        """
        import numpy as np

        chosen = np.ones(len(self.counts), bool)
        if rows is not None:
            chosen[:] = False
            chosen[rows] = True
        seen = np.bincount(self.tokens[np.repeat(chosen, self.counts)], minlength=len(self.words))
        kept = self._most_frequent(seen)
        length = self._length(self.counts[chosen])
        encoder = TextEncoder(tuple(self.words[at] for at in kept), length, per_line=self.per_line)
        spec = InputSpec("tokens", (length,), high=encoder.ids - 1, vocabulary=encoder.ids)
        x = self._encoded(kept, length)
        return EncodedTexts(x, spec, encoder, self._notes(seen, kept, length))

    def alike(self, encoder: TextEncoder) -> EncodedTexts:
        """Encodes all texts with the vocabulary and length of other texts.

        Args:
            encoder: What was fitted on those.
        """
        import numpy as np

        places = {word: at for at, word in enumerate(self.words)}
        # A word of theirs that is nowhere here takes an id and no place.
        kept = np.array([places.get(word, len(self.words)) for word in encoder.vocabulary], int)
        spec = InputSpec("tokens", (encoder.length,), high=encoder.ids - 1, vocabulary=encoder.ids)
        return EncodedTexts(self._encoded(kept, encoder.length), spec, encoder, ())

    def _most_frequent(self, seen: np.ndarray) -> np.ndarray:
        """Returns the positions in `words` of the vocabulary, the most frequent first."""
        import numpy as np

        once = seen == 1
        least = 2 if once.sum() <= MOST_RARE * seen.sum() else 1
        # Equally frequent words in the order of their characters: another order of
        # the same texts gives the same vocabulary.
        order = sorted(
            np.flatnonzero(seen >= least).tolist(), key=lambda at: (-seen[at], self.words[at])
        )
        return np.array(order[: self.options.vocabulary - len(SPECIAL)], np.int64)

    def _length(self, counts: np.ndarray) -> int:
        import numpy as np

        if self.options.length:
            return self.options.length
        if not len(counts):
            return SHORTEST_CHOSEN
        common = int(np.percentile(counts, LENGTH_PERCENTILE, method="lower"))
        return max(SHORTEST_CHOSEN, min(common, LONGEST_CHOSEN))

    def _encoded(self, kept: np.ndarray, length: int) -> np.ndarray:
        import numpy as np

        ids = np.full(len(self.words) + 1, UNKNOWN, np.int32)
        ids[kept] = np.arange(len(SPECIAL), len(SPECIAL) + len(kept), dtype=np.int32)
        x = np.full((len(self.counts), length), PADDING, np.int32)
        last = 0
        for row, count in enumerate(self.counts.tolist()):
            first, last = last, last + count
            kept_tokens = self.tokens[first : min(last, first + length)]
            x[row, : len(kept_tokens)] = ids[kept_tokens]
        x[self.counts == 0, 0] = UNKNOWN
        return x

    def _notes(self, seen: np.ndarray, kept: np.ndarray, length: int) -> tuple[str, ...]:
        total, found = int(seen.sum()), int((seen > 0).sum())
        notes = []
        if found:
            known = seen[kept].sum() / total
            notes.append(
                f"Vocabulary: the {len(kept):,} most frequent of {found:,} tokens in the training"
                f" texts, {known:.1%} of all they hold; the others count as unknown."
                if len(kept) < found
                else f"Vocabulary: all {found:,} tokens in the training texts."
            )
        cut = int((self.counts > length).sum())
        many = f"{cut:,} of {len(self.counts):,} texts are longer and were cut" if cut else ""
        notes.append(f"Texts are {length} tokens long{f'; {many}' if many else ''}.")
        if empty := int((self.counts == 0).sum()):
            notes.append(f"{empty:,} texts are empty; they count as one unknown token.")
        return tuple(notes)


def texts_from(
    strings: Sequence[str], options: ReadOptions, *, per_line: bool = False
) -> TokenizedTexts:
    """Cuts texts into tokens.

    ``texts_from(strings, options).fit(rows)`` gives ids whose vocabulary and length
    were chosen on the texts at `rows`: call it without rows for a first `RawData`,
    and with them in its `fit`.

    Args:
        strings: The texts; an empty one is kept and encoded as one unknown token.
        options: ``length`` and ``vocabulary``.
        per_line: Whether a file to predict on holds a text per line.

    Raises:
        UserInputError: If no text holds anything.
    """
    import numpy as np

    if options.vocabulary <= len(SPECIAL):
        raise UserInputError(
            f"A vocabulary has more than {len(SPECIAL)} ids: padding, unknown and words."
            f" Received: {options.vocabulary}."
        )
    cut = make_tokenizer().tokens
    numbers: dict[str, int] = {}
    parts: list[np.ndarray] = []
    for at, text in enumerate(strings):
        found = [numbers.setdefault(token, len(numbers)) for token in cut(text)]
        parts.append(np.array(found, np.int32))
        if at % _STEP == _STEP - 1:
            options.report(at + 1, len(strings), "texts")
    if len(strings) >= _STEP:
        options.report(len(strings), len(strings), "texts")
    if not numbers:
        raise UserInputError(f"Texts hold words. Received: {len(strings)} texts without any.")
    counts = np.array([len(part) for part in parts], np.int64)
    return TokenizedTexts(tuple(numbers), np.concatenate(parts), counts, options, per_line)
