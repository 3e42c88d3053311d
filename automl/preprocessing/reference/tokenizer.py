"""Turns a text into the token ids that the model beside this file takes.

Needs Python 3.10 or later and nothing else. tokenizer.mjs and Tokenizer.kt give
the same ids in JavaScript and Kotlin.

    from tokenizer import Tokenizer
    ids = Tokenizer.read(".").ids("What a day!")  # A list of `length` numbers.

The rules, in their order. A character is a Unicode code point. What kind each one
is stands in tokenizer.json and not in the library of any language, whose tables
change with each version of Unicode.

1. Ignored characters (soft hyphen, joiners, variation selectors) are taken out.
   Unknown ones (lone surrogates, private use, and whatever is not in Unicode 10
   and no emoji) become U+FFFD.
2. The text is brought to normalization form C.
3. If "lowercase" is true: U+0130 becomes "i", capital and final sigma become
   small sigma, and every other letter its lowercase, whatever is around it.
4. The text is cut into tokens, each as long as it can be:
   a word is a letter or digit and all letters, digits and combining marks after it;
   any other character that is no space (punctuation, a symbol, an emoji, an ideograph,
   kana, a Thai, Lao, Khmer or Burmese letter) is a token with the marks after it;
   marks that follow nothing are one token. Spaces and control characters separate
   tokens and are dropped.
5. Of a token, the first "longest" characters are kept; of a text, the first
   "length" tokens. A text without any token is one unknown token.
6. A token's id is its line in vocabulary.txt, counted from 0. Line 0 stands for
   padding and line 1 for every token that is in no line. Ids are padded at their
   end with 0.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

PADDING, UNKNOWN = 0, 1
#: Kinds of the characters that make one token.
_TOKEN = re.compile("w[wm]*|om*|m+")


class Tokenizer:
    """Gives texts as token ids.

    Args:
        words: Text of each id, the two for padding and unknown tokens included.
        length: Number of ids of a text.
        lowercase: Whether capitals count as small letters.
        longest: Characters kept of a token.
        characters: The kind of each character, from U+0000 on, as runs of a
            number and a letter: (w)ord, (m)ark, (o)ther, (s)pace, (i)gnored,
            (u)nknown.
    """

    def __init__(
        self, words: list[str], length: int, lowercase: bool, longest: int, characters: str
    ) -> None:
        self.length = length
        self.lowercase = lowercase
        self.longest = longest
        # The first two lines are names, which no token must find.
        self._ids = {word: number for number, word in enumerate(words) if number > UNKNOWN}
        runs = re.findall("([0-9]+)([a-z])", characters)
        self._kinds = "".join(kind * int(count) for count, kind in runs)

    @classmethod
    def read(cls, folder: str | Path) -> Tokenizer:
        """Reads tokenizer.json and vocabulary.txt of a folder."""
        settings = json.loads(Path(folder, "tokenizer.json").read_text(encoding="utf-8"))
        # Not splitlines(), which splits at more than line feeds.
        text = Path(folder, "vocabulary.txt").read_bytes().decode("utf-8")
        return cls(
            text.split("\n")[:-1],
            settings["length"],
            settings["lowercase"],
            settings["longest"],
            settings["characters"],
        )

    def tokens(self, text: str) -> list[str]:
        """Returns all tokens of a text, as rules 1 to 4 and the first half of 5 say."""
        text = self._normal(text)
        # A string is a table that `translate` takes: the kind of each character.
        found = _TOKEN.finditer(text.translate(self._kinds))
        return [text[one.start() : min(one.end(), one.start() + self.longest)] for one in found]

    def ids(self, text: str) -> list[int]:
        """Returns a text as `length` ids."""
        tokens = self.tokens(text)[: self.length]
        ids = [self._ids.get(token, UNKNOWN) for token in tokens] or [UNKNOWN]
        return ids + [PADDING] * (self.length - len(ids))

    def _normal(self, text: str) -> str:
        """Returns a text after rules 1 to 3."""
        kinds = text.translate(self._kinds)
        if "i" in kinds or "u" in kinds:
            pairs = zip(text, kinds, strict=True)
            text = "".join("\ufffd" if kind == "u" else one for one, kind in pairs if kind != "i")
        text = unicodedata.normalize("NFC", text)
        if not self.lowercase:
            return text
        text = text.replace("\u0130", "i").replace("\u03a3", "\u03c3").replace("\u03c2", "\u03c3")
        return text.lower()
