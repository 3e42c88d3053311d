"""The data sets of `first_guesses.py`: splits, signature and a linear floor of each.

Digits ship with scikit-learn. The others are files in a folder of the user's:
``mnist_png_subset.tar.gz`` (class folders of 28x28 PNG under train and test),
``subj.all.gz`` (one sentence a line, its label first) and ``ucr3.tar.gz`` (sets
of time series as ``NAME_TRAIN.ts`` and ``NAME_TEST.ts``).
"""

from __future__ import annotations

import collections
import gzip
import io
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from search_spaces import InputSpec, Signature, TargetSpec

Pair = tuple[NDArray[Any], NDArray[Any]]

#: Every split is drawn with it, so that figures of two runs compare.
SEED = 0
#: Of SUBJ: ids kept (0 is padding, 1 an unknown word) and words read of a sentence.
VOCABULARY, LENGTH = 8000, 40


@dataclass(frozen=True)
class Data:
    """One data set, split.

    Attributes:
        name: Its name.
        signature: Input and target, statistics from the training part.
        train: Raw inputs and class indices to learn from.
        validation: A tenth of the given training part, which picks the epoch.
        test: The given test part.
        epochs: Epochs that let a small model converge.
        floor: Test accuracy of logistic regression on the values, standardized
            one by one (on tf-idf for text), learned from the training and the
            validation part together.
    """

    name: str
    signature: Signature
    train: Pair
    validation: Pair
    test: Pair
    epochs: int
    floor: float


def load(name: str, folder: Path | None) -> Data:
    """Reads one of `NAMES`.

    Args:
        name: The data set.
        folder: Where the files lie; digits need none.

    Raises:
        FileNotFoundError: If the data set's file is not in the folder.
    """
    return _LOADERS[name](folder or Path())


def _digits(folder: Path) -> Data:
    x, y = load_digits(return_X_y=True)
    x, x_test, y, y_test = train_test_split(x, y, test_size=0.2, stratify=y, random_state=SEED)
    spec = InputSpec("image", (8, 8, 1), 0.0, 16.0)
    return _finished("digits", spec, (_images(x, spec), y), (_images(x_test, spec), y_test), 40)


def _mnist(folder: Path) -> Data:
    from PIL import Image

    parts: dict[str, tuple[list[Any], list[int]]] = {"train": ([], []), "test": ([], [])}
    with tarfile.open(folder / "mnist_png_subset.tar.gz") as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".png"):
                _, part, label, _ = member.name.split("/")
                content = archive.extractfile(member)
                assert content is not None
                parts[part][0].append(np.asarray(Image.open(io.BytesIO(content.read()))))
                parts[part][1].append(int(label))
    spec = InputSpec("image", (28, 28, 1), 0.0, 255.0)
    train, test = ((_images(np.array(x), spec), np.array(y)) for x, y in parts.values())
    return _finished("mnist", spec, train, test, 15)


def _subj(folder: Path) -> Data:
    with gzip.open(folder / "subj.all.gz", "rb") as file:
        # Split on line feeds alone: the sentences hold other line breaks.
        lines = file.read().decode("latin-1").split("\n")
    labels, texts = zip(*(line.split(" ", 1) for line in lines if line.strip()), strict=True)
    y = np.array([int(label) for label in labels])
    texts, texts_test, y, y_test = train_test_split(
        list(texts), y, test_size=0.1, stratify=y, random_state=SEED
    )
    words = _vocabulary(texts)
    floor = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, y)
    return _finished(
        "subj",
        InputSpec("tokens", (LENGTH,), vocabulary=VOCABULARY),
        (_tokens(texts, words), y),
        (_tokens(texts_test, words), y_test),
        6,
        floor.score(texts_test, y_test),
    )


def _vocabulary(texts: Sequence[str]) -> dict[str, int]:
    counts = collections.Counter(word for text in texts for word in text.lower().split())
    kept = [word for word, _ in counts.most_common(VOCABULARY - 2)]
    return {word: number for number, word in enumerate(kept, start=2)}


def _tokens(texts: Sequence[str], words: dict[str, int]) -> NDArray[Any]:
    ids = np.zeros((len(texts), LENGTH), "int32")
    for row, text in zip(ids, texts, strict=True):
        known = [words.get(word, 1) for word in text.lower().split()[:LENGTH]]
        row[: len(known)] = known
    return ids


def _series(name: str, epochs: int) -> Callable[[Path], Data]:
    def load_series(folder: Path) -> Data:
        with tarfile.open(folder / "ucr3.tar.gz") as archive:
            train, test = (_read_ts(archive, name, part) for part in ("TRAIN", "TEST"))
        return _finished_series(name, train, test, epochs)

    return load_series


def _read_ts(archive: tarfile.TarFile, name: str, part: str) -> tuple[list[Any], list[str]]:
    """Returns arrays (steps, channels), of any length, and their labels."""
    (member,) = (m for m in archive if m.name.endswith(f"/{name}_{part}.ts"))
    content = archive.extractfile(member)
    assert content is not None
    lines = content.read().decode().splitlines()
    series, labels = [], []
    for line in lines:
        if line.strip() and line[0] not in "@#":
            *channels, label = line.strip().split(":")
            rows = [[float(value) for value in channel.split(",")] for channel in channels]
            series.append(np.array(rows, "float32").T)
            labels.append(label)
    return series, labels


def _finished_series(name: str, train: Any, test: Any, epochs: int) -> Data:
    lengths = {len(one) for one in [*train[0], *test[0]]}
    values = np.concatenate(train[0])
    spec = InputSpec(
        "series",
        (max(lengths), values.shape[1]),
        mean=tuple(values.mean(axis=0)),
        std=tuple(values.std(axis=0)),
        ragged=len(lengths) > 1,
    )
    classes = sorted(set(train[1]))
    pairs = []
    for series, labels in (train, test):
        padded = np.zeros((len(series), *spec.shape), "float32")
        for row, one in zip(padded, series, strict=True):
            row[: len(one)] = one
        pairs.append((padded, np.array([classes.index(label) for label in labels])))
    return _finished(name, spec, *pairs, epochs)


def _images(x: NDArray[Any], spec: InputSpec) -> NDArray[Any]:
    return np.asarray(x, "float32").reshape(-1, *spec.shape)


def _finished(
    name: str, spec: InputSpec, train: Pair, test: Pair, epochs: int, floor: float | None = None
) -> Data:
    x, y = train
    if floor is None:
        linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        linear.fit(x.reshape(len(x), -1), y)
        floor = linear.score(test[0].reshape(len(test[0]), -1), test[1])
    x, x_validation, y, y_validation = train_test_split(
        x, y, test_size=max(0.1, 2 * len(set(y)) / len(y)), stratify=y, random_state=SEED
    )
    signature = Signature(spec, TargetSpec("classification", len(set(y))))
    return Data(name, signature, (x, y), (x_validation, y_validation), test, epochs, float(floor))


_LOADERS: dict[str, Callable[[Path], Data]] = {
    "digits": _digits,
    "mnist": _mnist,
    "subj": _subj,
    "BasicMotions": _series("BasicMotions", 50),
    "JapaneseVowels": _series("JapaneseVowels", 40),
    "ItalyPowerDemand": _series("ItalyPowerDemand", 60),
}
NAMES = tuple(_LOADERS)
