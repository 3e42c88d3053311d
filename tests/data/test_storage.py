"""Examples on disk read like the array they were."""

from __future__ import annotations

import pickle
import threading

import numpy as np
import pytest

from automl.data.storage import StoredExamples, chunks, take
from automl.data.writing import ExamplesWriter
from automl.errors import UserInputError

ARRAY = np.random.default_rng(0).integers(0, 255, (50, 3, 2), dtype=np.uint8)


@pytest.fixture
def stored(tmp_path):
    """The array in two files."""
    for name, part in (("a", ARRAY[:20]), ("b", ARRAY[20:])):
        np.save(tmp_path / f"{name}.npy", part)
    return StoredExamples([tmp_path / "a.npy", tmp_path / "b.npy"])


INDICES = {
    "all": slice(None),
    "over the end of a file": slice(15, 30),
    "every other": slice(1, 40, 2),
    "backwards": slice(None, None, -1),
    "from the end": slice(-5, None),
    "none": slice(5, 2),
    "positions": np.array([49, 0, 19, 20, 21, 20, -1]),
    "a list": [3, 4, 5],
    "an empty list": [],
    "a mask": np.arange(50) % 3 == 0,
    "one": 20,
    "the last": -1,
    "a NumPy number": np.int64(7),
}


@pytest.mark.parametrize("what", INDICES)
def test_reading_is_indexing(stored, what):
    np.testing.assert_array_equal(stored[INDICES[what]], np.asarray(ARRAY)[INDICES[what]])


@pytest.mark.parametrize("index", [50, -51, [0, 50], (0, 1), 0.5, np.zeros((2, 2), int), "a"])
def test_what_is_not_there_is_refused(stored, index):
    with pytest.raises((IndexError, TypeError)):
        stored[index]


def test_it_has_the_looks_of_an_array(stored):
    assert (stored.shape, stored.ndim, stored.dtype, len(stored)) == ((50, 3, 2), 3, "uint8", 50)
    assert stored.nbytes == ARRAY.nbytes == 300
    np.testing.assert_array_equal(np.stack(list(stored)), ARRAY)


def test_chosen_examples_are_chosen_from_again(stored):
    order = np.random.default_rng(1).permutation(50)
    once = stored.take(order)
    np.testing.assert_array_equal(once[:], ARRAY[order])
    np.testing.assert_array_equal(once.take(np.array([4, 2]))[:], ARRAY[order][[4, 2]])
    assert once.shape == (50, 3, 2)
    np.testing.assert_array_equal(take(ARRAY, order), take(stored, order)[:])


@pytest.mark.parametrize("size", [1, 25, 10**9])
def test_chunks_are_all_of_it_in_order(stored, size):
    for examples in (stored, ARRAY):
        parts = list(chunks(examples, size))
        np.testing.assert_array_equal(np.concatenate(parts), ARRAY)
        assert max(map(len, parts)) == {1: 1, 25: 4}.get(size, 50)


def test_another_process_is_sent_the_path_alone(stored):
    sent = pickle.dumps(stored)
    assert len(sent) < 1_000
    np.testing.assert_array_equal(pickle.loads(sent)[:], ARRAY)
    chosen = pickle.loads(pickle.dumps(stored.take(np.array([7, 3]))))
    np.testing.assert_array_equal(chosen[:], ARRAY[[7, 3]])


def test_many_threads_read_at_once(stored):
    wrong = []

    def read(seed):
        random = np.random.default_rng(seed)
        for _ in range(200):
            chosen = random.integers(0, 50, 8)
            if not np.array_equal(stored[chosen], ARRAY[chosen]):
                wrong.append(chosen)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_what_is_large_does_not_become_an_array_by_accident(stored):
    np.testing.assert_array_equal(np.asarray(stored), ARRAY)
    large = StoredExamples(stored.paths, memory=299)
    with pytest.raises(MemoryError, match=r"300 bytes in .* Read them in parts"):
        np.asarray(large)
    np.testing.assert_array_equal(large[:], ARRAY)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read as .npy"),
        (b"something else", "cannot be read as .npy"),
        (None, "cannot be read as .npy"),
        ("cut", "its header says"),
        (np.asfortranarray(np.arange(6).reshape(2, 3)), "column by column"),
        (np.array(3), "row by row"),
        (np.array([{}, []], dtype=object), "plain values"),
    ],
)
def test_a_file_that_is_none_is_said(tmp_path, content, words):
    path = tmp_path / "x.npy"
    if isinstance(content, np.ndarray):
        np.save(path, content, allow_pickle=True)
    elif content == "cut":
        np.save(path, ARRAY)
        path.write_bytes(path.read_bytes()[:-1])
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(UserInputError, match=words):
        StoredExamples(path)


def test_files_that_differ_are_said(tmp_path):
    np.save(tmp_path / "a.npy", ARRAY)
    np.save(tmp_path / "b.npy", ARRAY.astype("float32"))
    with pytest.raises(UserInputError, match="one shape and type"):
        StoredExamples([tmp_path / "a.npy", tmp_path / "b.npy"])
    with pytest.raises(UserInputError, match="at least one file"):
        StoredExamples([])


@pytest.mark.parametrize("count", [None, 50])
def test_what_is_written_in_parts_is_one_file(tmp_path, count):
    with ExamplesWriter(tmp_path / "x.npy", (3, 2), "uint8", count) as writer:
        for begin in range(0, 50, 7):
            writer.append(ARRAY[begin : begin + 7])
        assert not (tmp_path / "x.npy").exists()
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), ARRAY)
    assert writer.count == 50
    assert [path.name for path in tmp_path.iterdir()] == ["x.npy"]


def test_nothing_is_a_file_too(tmp_path):
    with ExamplesWriter(tmp_path / "x.npy", (3, 2), "float32"):
        pass
    empty = StoredExamples(tmp_path / "x.npy")
    assert (empty.shape, empty[:].shape, list(chunks(empty))) == ((0, 3, 2), (0, 3, 2), [])


def test_after_an_error_nothing_is_left(tmp_path):
    with pytest.raises(RuntimeError), ExamplesWriter(tmp_path / "x.npy", (3, 2), "uint8") as writer:
        writer.append(ARRAY)
        raise RuntimeError
    few = ExamplesWriter(tmp_path / "x.npy", (3, 2), "uint8", 3)
    with pytest.raises(ValueError, match="was to hold 3 examples"), few:
        few.append(ARRAY)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("wrong", [ARRAY[0], ARRAY.astype("float32"), ARRAY[:, :2]])
def test_what_does_not_fit_a_file_is_refused(tmp_path, wrong):
    with pytest.raises(ValueError), ExamplesWriter(tmp_path / "x.npy", (3, 2), "uint8") as writer:
        writer.append(wrong)


def test_numbers_of_another_width_fit(tmp_path):
    with ExamplesWriter(tmp_path / "x.npy", (3, 2), "float32") as writer:
        writer.append(ARRAY)
        writer.append(ARRAY.astype("float64"))
    assert np.load(tmp_path / "x.npy").dtype == np.float32
