import gzip
from pathlib import Path

import pytest

from automl.data.dataset import split
from automl.data.options import ReadOptions
from automl.data.texts.lines import LinesSource
from automl.errors import UserInputError


def load(path: Path, content: bytes, **options):
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    assert LinesSource.matches(str(path))
    return LinesSource().load(str(path), ReadOptions(**options))


GOOD, BAD = "a good film", "a bad, bad film"


@pytest.mark.parametrize(
    "form", ["{1} {0}", "{1}\t{0}", "{0}\t{1}", "__label__{1} {0}", "{1}\t{0}\r"]
)
def test_label_and_text_are_told_apart(tmp_path: Path, form: str) -> None:
    pairs = [(f"{text} {number}", label) for number in range(5) for text, label in
             ((GOOD, "up"), (BAD, "down"))]  # fmt: skip
    content = "".join(f"{form.format(*pair)}\n" for pair in pairs)
    raw = load(tmp_path / "texts.txt", content.encode())
    assert (raw.task, raw.class_names) == ("classification", ("down", "up"))
    assert raw.y.tolist() == [1, 0] * 5
    assert raw.x.tolist() == raw.encoder.encode([text for text, _ in pairs]).tolist()
    assert raw.encoder.per_line
    assert raw.why


TEXTS = ("a great film", "an awful plot and worse acting", "fine, I guess")


@pytest.mark.parametrize("form", ["{0}\t{1}", "{1}\t{0}"])
@pytest.mark.parametrize("labels", [("up", "down", "so so"), ("1.5", "-2", "3"), ("a", "b", "a")])
def test_texts_that_repeat_are_told_from_labels(tmp_path: Path, form: str, labels: tuple) -> None:
    pairs = list(zip(TEXTS, labels, strict=True)) * 20
    content = "".join(f"{form.format(*pair)}\n" for pair in pairs)
    raw = load(tmp_path / "texts.txt", content.encode())
    assert raw.x.tolist() == raw.encoder.encode([text for text, _ in pairs]).tolist()


def test_a_few_texts_with_many_scores_are_texts(tmp_path: Path) -> None:
    content = "".join(f"{TEXTS[n % 3]}\t{n / 7:.3f}\n" for n in range(60))
    raw = load(tmp_path / "texts.txt", content.encode())
    assert (raw.task, len(raw.y)) == ("regression", 60)


def test_single_words_are_long_enough_for_every_space(tmp_path: Path) -> None:
    content = "".join(f"{'fm'[n % 2]} {('anna', 'hans')[n % 2]}\n" for n in range(60))
    raw = load(tmp_path / "texts.txt", content.encode())
    assert raw.input.shape == (4,)


def test_lines_end_with_line_feeds_alone(tmp_path: Path) -> None:
    content = b"".join(b"%d one\x85 two\x0b three %d\n" % (n % 2, n) for n in range(10))
    raw = load(tmp_path / "subj.all.gz", content)
    assert len(raw.y) == 10
    assert any("Latin-1" in note for note in raw.notes)


def test_several_labels_are_several_labels(tmp_path: Path) -> None:
    content = b"__label__a __label__b one\n__label__b two\n__label__a three\n" * 4
    raw = load(tmp_path / "texts.ft.txt", content)
    assert (raw.task, raw.target.names) == ("multilabel", ("a", "b"))
    assert raw.y[:3].tolist() == [[1, 1], [0, 1], [1, 0]]


def test_numbers_with_fractions_are_predicted(tmp_path: Path) -> None:
    content = "".join(f"{n / 4}\ttext number {n}\n" for n in range(12))
    raw = load(tmp_path / "texts.txt", content.encode())
    assert raw.task == "regression"
    assert raw.y[:2].tolist() == [[0.0], [0.25]]
    whole = "".join(f"{n % 3}\ttext number {n}\n" for n in range(12)).encode()
    assert load(tmp_path / "texts.txt", whole).task == "classification"
    assert load(tmp_path / "texts.txt", whole, task="regression").task == "regression"


def test_empty_lines_are_skipped_and_said(tmp_path: Path) -> None:
    raw = load(tmp_path / "texts.txt", b"0\tone\n\n1\ttwo\n0\t \n1\tthree\n0\tfour\n")
    assert len(raw.y) == 4
    assert {one.where: one.reason for one in raw.skipped} == {
        "line 2": "is empty",
        "line 4": "has no text",
    }


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"Plain prose here.\nNo label.\nAt all.\n", bytes(range(256)) * 9]
)
def test_what_has_no_labels_is_one_line(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UserInputError) as caught:
        load(tmp_path / "texts.txt", content)
    assert "\n" not in str(caught.value)
    assert "texts.txt" in str(caught.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserInputError, match=r"gone\.txt"):
        LinesSource().load(str(tmp_path / "gone.txt"), ReadOptions())


def test_the_vocabulary_is_fitted_after_the_split(tmp_path: Path) -> None:
    content = "".join(f"{n % 2} word{n} word{n} shared\n" for n in range(60)).encode()
    raw = load(tmp_path / "texts.txt", content)
    data = split(raw, "texts.txt", "lines", test=0.2, validation=0.2, seed=0)
    words = set(data.summary.encoder["vocabulary"]) - {"shared"}
    assert len(words) == data.summary.counts["train"] == len(data.splits["train"][1])
