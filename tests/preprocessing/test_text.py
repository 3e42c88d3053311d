import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from automl.errors import UserInputError
from automl.preprocessing.base import part_from
from automl.preprocessing.text import (
    PADDING,
    SPECIAL,
    UNKNOWN,
    TextEncoder,
    characters,
    make_tokenizer,
)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
WAVING = "\U0001f44b\U0001f3fd"
FLAGS = "\U0001f1eb\U0001f1f7\U0001f1e9\U0001f1ea"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"

#: Text -> its tokens.
EXAMPLES = {
    "What a day!": ["what", "a", "day", "!"],
    "it's 3.14 %": ["it", "'", "s", "3", ".", "14", "%"],
    "": [],
    " \t\n\u00a0\u2003\u3000\u2028\u200b": [],
    "a\u0000b\u0007c": ["a", "b", "c"],
    "caf\u00e9 cafe\u0301 CAFE\u0301": ["caf\u00e9"] * 3,
    "Stra\u00dfe STRASSE \u1e9e": ["stra\u00dfe", "strasse", "\u00df"],
    "I \u0130stanbul \u0131": ["i", "istanbul", "\u0131"],
    "\u039f\u0394\u039f\u03a3 \u03bf\u03b4\u03cc\u03c2": [
        "\u03bf\u03b4\u03bf\u03c3",
        "\u03bf\u03b4\u03cc\u03c3",
    ],
    FAMILY: ["\U0001f468", "\U0001f469", "\U0001f467"],
    WAVING: ["\U0001f44b", "\U0001f3fd"],
    FLAGS: list(FLAGS),
    ENGLAND: ["\U0001f3f4"],
    "I \u2764\ufe0f it\U0001fae0": ["i", "\u2764", "it", "\U0001fae0"],
    "1\ufe0f\u20e3": ["1\u20e3"],
    "\u4eca\u65e5\u306f\u30c6\u30b9\u30c8": list("\u4eca\u65e5\u306f\u30c6\u30b9\u30c8"),
    "\u304b\u3099": ["\u304c"],
    "\ud55c\uad6d\uc5b4 \u1112\u1161\u11ab": ["\ud55c\uad6d\uc5b4", "\ud55c"],
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05c1\u05dc\u05d5\u05dd": [
        "\u0645\u0631\u062d\u0628\u0627",
        "\u05e9\u05c1\u05dc\u05d5\u05dd",
    ],
    "\u0939\u093f\u0928\u094d\u0926\u0940": ["\u0939\u093f\u0928\u094d\u0926\u0940"],
    "\u0e44\u0e17\u0e22\u0e35": ["\u0e44", "\u0e17", "\u0e22\u0e35"],
    "\u0301\u0302 a": ["\u0301\u0302", "a"],
    "\"' \u201cso\u201d \u2018": ['"', "'", "\u201c", "so", "\u201d", "\u2018"],
    "soft\u00adhyphen \ufeffmark": ["softhyphen", "mark"],
    "\ud800 \ue000 \u0378 \ufffd": ["\ufffd"] * 4,
    "x" * 100: ["x" * 64],
    "\u212b \u2126 \uf900": ["\u00e5", "\u03c9", "\u8c48"],
}

#: Reads JSON lines of texts, writes their tokens and ids as JSON lines.
NODE = """
import { readFileSync } from "node:fs";
import { Tokenizer } from "FOLDER/tokenizer.mjs";
const read = (name) => readFileSync("FOLDER/" + name, "utf8");
const tokenizer = new Tokenizer(JSON.parse(read("tokenizer.json")), read("vocabulary.txt"));
const lines = readFileSync(0, "utf8").split("\\n").slice(0, -1);
const answers = lines.map((line) => {
  const text = JSON.parse(line);
  return JSON.stringify([tokenizer.tokens(text), [...tokenizer.ids(text)]]);
});
process.stdout.write(answers.join("\\n"));
"""


@pytest.fixture
def encoder() -> TextEncoder:
    return TextEncoder(("a", "day", "!", "caf\u00e9", "\U0001f44b", "\u4eca", '"'), length=5)


def random_texts(count: int) -> list[str]:
    """Texts of characters of every part of Unicode, and of those that matter most."""
    random.seed(0)
    tricky = "".join(EXAMPLES) + "aZ09 .-_\u00c9\u0301\u0327\u0323\u0345\u200c\u200d\u03a3"
    draws = (
        lambda: random.choice(tricky),
        lambda: chr(random.randrange(0x250)),
        lambda: chr(random.randrange(0x10000)),
        lambda: chr(random.randrange(0x110000)),
    )
    texts = (
        "".join(random.choice(draws)() for _ in range(random.randrange(40))) for _ in range(count)
    )
    # Two halves of a pair side by side are one character to JavaScript.
    return [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts]


@pytest.mark.parametrize(("text", "tokens"), EXAMPLES.items())
def test_tokens_are_what_the_rules_say(text: str, tokens: list[str]) -> None:
    assert make_tokenizer().tokens(text) == tokens


def test_capitals_can_be_kept() -> None:
    assert make_tokenizer(lowercase=False).tokens("Day DAY \u03a3\u0130") == [
        "Day",
        "DAY",
        "\u03a3\u0130",
    ]


def test_every_character_has_a_kind() -> None:
    import re

    runs = re.findall("([0-9]+)([a-z])", characters())
    assert sum(int(count) for count, _ in runs) == sys.maxunicode + 1
    assert {kind for _, kind in runs} == set("wmosiu")


def test_ids_are_lines_of_the_vocabulary(encoder: TextEncoder) -> None:
    assert encoder.ids == 9
    assert encoder.encode(["A day!", "Day of days \U0001f44b"]).tolist() == [
        [2, 3, 4, PADDING, PADDING],
        [3, UNKNOWN, UNKNOWN, 6, PADDING],
    ]


def test_a_long_text_is_cut(encoder: TextEncoder) -> None:
    assert encoder.encode(["day " * 50_000]).tolist() == [[3] * 5]


@pytest.mark.parametrize("text", ["", "  \n", "\u200d", "\u0000"])
def test_a_text_without_tokens_is_one_unknown_token(encoder: TextEncoder, text: str) -> None:
    assert encoder.encode([text]).tolist() == [[UNKNOWN, 0, 0, 0, 0]]


def test_names_of_special_ids_are_no_tokens(encoder: TextEncoder) -> None:
    both = TextEncoder(("[", "]"), length=3, lowercase=False)
    assert both.encode([SPECIAL[0]]).tolist() == [[2, UNKNOWN, 3]]


def test_its_record_gives_the_same(encoder: TextEncoder) -> None:
    record = json.loads(json.dumps(encoder.to_dict()))
    assert part_from(record) == encoder


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
@pytest.mark.parametrize("lowercase", [True, False])
def test_python_and_javascript_give_the_same_ids(tmp_path: Path, lowercase: bool) -> None:
    texts = [
        *EXAMPLES,
        *(chr(code) for code in range(0x3000)),
        "word \u00e9 " * 20_000,
        "\u00e9" * 100_000,
        *random_texts(3000),
    ]
    cut = make_tokenizer(lowercase=lowercase).tokens
    tokens = sorted({token for text in texts for token in cut(text)[:3]})
    words = tuple(token for token in tokens[::2] if token.isprintable())
    encoder = TextEncoder(words, length=12, lowercase=lowercase)
    encoder.write(tmp_path)
    script = tmp_path / "run.mjs"
    script.write_text(NODE.replace("FOLDER", tmp_path.as_posix()))
    done = subprocess.run(
        ["node", str(script)],
        input="".join(f"{json.dumps(text)}\n" for text in texts),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.split("\n")]
    assert len(answers) == len(texts)
    for text, (tokens, ids) in zip(texts, answers, strict=True):
        if (tokens, ids) != (encoder.tokenizer.tokens(text), encoder.tokenizer.ids(text)):
            pytest.fail(ascii(text[:80]))
    assert any(UNKNOWN in ids for _, ids in answers)
    assert any(max(ids) > UNKNOWN for _, ids in answers)


def test_written_python_needs_nothing_else(tmp_path: Path, encoder: TextEncoder) -> None:
    names = encoder.write(tmp_path)
    assert sorted(names) == sorted(path.name for path in tmp_path.iterdir())
    code = (
        "import sys; from tokenizer import Tokenizer\n"
        "print(Tokenizer.read('.').ids('A caf\u00e9!'), 'automl' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[2, 5, 4, 0, 0] False"


def test_writing_twice_gives_the_same_bytes(tmp_path: Path, encoder: TextEncoder) -> None:
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        encoder.write(folder)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_it_reads_a_text_a_file_and_a_folder(tmp_path: Path, encoder: TextEncoder) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "b.txt").write_text("day")
    (tmp_path / "sub" / "a.txt").write_text("caf\u00e9", "utf-16")
    (tmp_path / ".hidden.txt").write_text("a")
    found = {each.name: each.x.tolist() for each in encoder.examples(str(tmp_path))}
    assert found == {"b.txt": [3, 0, 0, 0, 0], "sub/a.txt": [5, 0, 0, 0, 0]}
    (one,) = encoder.examples(str(tmp_path / "b.txt"))
    assert one.name == "b.txt"
    (typed,) = encoder.examples("A day\nlike no other " * 20)
    assert typed.x.dtype == np.int32
    assert "\n" not in typed.name


def test_a_file_can_hold_a_text_per_line(tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_bytes(b"a day\n\xe9 a\x85b\n")
    encoder = TextEncoder(("a", "b"), length=2, per_line=True)
    assert [each.x.tolist() for each in encoder.examples(str(tmp_path / "texts.txt"))] == [
        [2, 1],
        [1, 2],
    ]


def test_what_cannot_be_read_is_said_in_one_line(tmp_path: Path, encoder: TextEncoder) -> None:
    (tmp_path / "picture.txt").write_bytes(bytes(range(256)) * 4)
    for argument in (str(tmp_path / "picture.txt"), str(tmp_path / "gone.txt")):
        with pytest.raises(UserInputError) as caught:
            list(encoder.examples(argument))
        assert "\n" not in str(caught.value)
        assert argument in str(caught.value)
