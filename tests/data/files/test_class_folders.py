from __future__ import annotations

import os

import numpy as np
import pytest

from automl.data.base import Skipped
from automl.data.files.folders import FolderSource, list_folder
from automl.data.files.split_names import split_named
from automl.data.options import ReadOptions
from automl.errors import UserInputError


def test_class_folders_are_classes(tree, listed):
    listing = listed(tree("b/1.png", "a/2.png", "b/0.png"))
    assert listing.names == ("a/2.png", "b/0.png", "b/1.png")
    assert listing.labels == ("a", "b", "b")
    assert listing.class_names == ("a", "b")
    assert listing.y.tolist() == [0, 1, 1]
    assert listing.y.dtype == np.int64
    assert (listing.splits, listing.notes, listing.skipped) == (("", "", ""), (), ())
    assert listing.why == "2 class folders"


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        (("train", "val", "test"), ("train", "validation", "test")),
        (("Training_Set", "Test-Set"), ("train", "test")),
        (("training", "validation", "testing"), ("train", "validation", "test")),
        (("train", "dev"), ("train", "validation")),
        (("TRAIN", "valid", "holdout"), ("train", "validation", "test")),
        (("train_images", "test_images"), ("train", "test")),
    ],
)
def test_folders_of_splits_are_understood(tree, listed, names, splits):
    listing = listed(tree(*(f"{name}/{label}/1.png" for name in names for label in "ab")))
    assert listing.class_names == ("a", "b")
    assert listing.splits == tuple(split for split in splits for _ in "ab")
    assert [part for part in listing.parts().values() if part.start < part.stop] == [
        slice(2 * at, 2 * at + 2) for at in range(len(names))
    ]


def test_a_lone_train_among_classes_is_a_class(tree, listed):
    listing = listed(tree("train/1.png", "tram/1.png", "bus/1.png"))
    assert listing.class_names == ("bus", "train", "tram")
    assert set(listing.splits) == {""}


@pytest.mark.parametrize("name", ["contest", "trainer", "values", "evaluate", "set"])
def test_words_that_only_look_like_a_split_are_none(name):
    assert split_named(name) == ""


def test_splits_without_training_are_refused(tree, listed):
    with pytest.raises(UserInputError, match="train/"):
        listed(tree("test/a/1.png", "test/b/1.png", "val/a/1.png", "val/b/1.png"))


def test_one_folder_around_all_is_stepped_into(tree, listed):
    listing = listed(tree("archive/cats-v2/a/1.png", "archive/cats-v2/b/1.png", "README.md"))
    assert listing.skipped == (Skipped("README.md", ".md among images"),)
    assert listing.class_names == ("a", "b")
    assert listing.notes == ("Everything lies in archive/cats-v2/: read from there.",)
    assert listing.names == ("a/1.png", "b/1.png")


def test_classes_of_one_split_alone_are_noted(tree, listed):
    listing = listed(tree("train/a/1.png", "train/b/1.png", "test/a/1.png", "test/c/1.png"))
    assert listing.class_names == ("a", "b", "c")
    assert listing.notes == ("Only train/ has class b.", "Only test/ has class c.")


def test_a_test_folder_without_classes_is_noted_and_its_files_skipped(tree, listed):
    listing = listed(tree("train/a/1.png", "train/b/1.png", "test/1.png"))
    assert listing.names == ("train/a/1.png", "train/b/1.png")
    assert listing.skipped == (Skipped("test/1.png", "is in no class folder"),)
    assert "test/ has no class folders, so nothing in it can be used." in listing.notes


def test_what_lies_beside_the_splits_or_classes_is_named(tree, listed):
    listing = listed(tree("train/a/1.png", "train/b/1.png", "test/a/1.png", "extra/a/1.png"))
    assert listing.skipped == (Skipped("extra/a/1.png", "is in none of test/, train/"),)
    listing = listed(tree("train/0.png"))
    assert Skipped("train/0.png", "is in no class folder") in listing.skipped


def test_folders_inside_class_folders_belong_to_the_class(tree, listed):
    listing = listed(tree("a/x/1.png", "a/x/y/2.png", "a/3.png", "b/1.png"))
    assert listing.labels == ("a", "a", "a", "b")
    assert listing.notes == (
        "2 images lie in folders inside class folders: their class is the outer folder (a).",
    )


def test_empty_class_folders_are_named(tree, listed):
    listing = listed(tree("a/1.png", "b/1.png", "c/", "d/readme.md"))
    assert listing.class_names == ("a", "b")
    assert listing.notes == ("2 folders hold no images and cannot be learned: c, d.",)
    assert listing.skipped == (Skipped("d/readme.md", ".md among images"),)


def test_an_empty_split_is_named(tree, listed):
    listing = listed(tree("train/a/1.png", "train/b/1.png", "test/a/1.png", "val/", "test/b/"))
    assert "2 folders hold no images and cannot be learned: test/b, val." in listing.notes


def test_a_single_class_folder_is_refused_with_the_way_out(tree, listed):
    folder = tree("cats/1.png", "cats/2.png")
    with pytest.raises(UserInputError, match=r"at least 2 class folders.*name .*data/cats"):
        listed(folder)
    assert listed(folder, task="anomaly").class_names == ("cats",)


def test_class_folders_of_another_kind_are_named_where_one_is_left(tree, listed):
    with pytest.raises(UserInputError, match=r"1 folder holds no images .*: b\. To learn"):
        listed(tree("a/1.png", "a/2.png", "b/1.txt"))


def test_a_folder_of_files_alone_has_no_labels(tree, listed):
    listing = listed(tree("2.png", "1.png"))
    assert (listing.kind, listing.labels) == ("none", None)
    assert listing.y.tolist() == [0, 0]
    listing = listed(tree("train/1.png").parent / "data")
    assert listing.names  # Files beside one class folder.


def test_unlabeled_splits_are_understood(tree, listed):
    listing = listed(tree("train/1.png", "train/2.png", "test/1.png"))
    assert (listing.kind, listing.splits) == ("none", ("train", "train", "test"))


def test_one_class_to_train_on_and_others_to_test_asks_for_anomalies(tree, listed):
    listing = listed(tree("train/good/1.png", "test/good/1.png", "test/scratch/1.png"))
    assert (listing.kind, listing.task) == ("class", "anomaly")
    assert listing.why == "train/ holds one class alone, 'good'"


def test_folders_named_by_numbers_can_be_regression(tree, listed):
    listing = listed(tree("1.5/1.png", "20/1.png"), task="regression")
    assert (listing.kind, listing.class_names) == ("number", ("folder",))
    assert listing.y.tolist() == [[1.5], [20.0]]
    with pytest.raises(UserInputError, match="numbers"):
        listed(tree("old/1.png"), task="regression")


def test_the_majority_decides_the_kind_and_the_rest_is_skipped(tree):
    folder = tree("a/1.txt", "a/2.txt", "b/1.txt", "b/1.png", "b/cover.jpg", "notes")
    listing, kind = list_folder(str(folder), ReadOptions())
    assert (kind, len(listing.files)) == ("text", 3)
    assert {(each.where, each.reason) for each in listing.skipped} == {
        ("b/1.png", ".png among texts"),
        ("b/cover.jpg", ".jpg among texts"),
        ("notes", "a file without a suffix among texts"),
    }


@pytest.mark.parametrize(
    ("wanted", "kind"), [("image", "image"), ("tokens", "text"), ("spectrogram", "audio")]
)
def test_the_user_decides_the_kind(tree, wanted, kind):
    folder = tree(*(f"{label}/{name}" for label in "ab" for name in ("1.txt", "1.PNG", "1.Wav")))
    listing, found = list_folder(str(folder), ReadOptions(input=wanted))
    assert (found, len(listing.files)) == (kind, 2)


@pytest.mark.parametrize("wanted", ["series", "tokens"])
def test_a_kind_that_is_not_there_is_refused(tree, listed, wanted):
    with pytest.raises(UserInputError, match=f"--input {wanted}"):
        listed(tree("a/1.png", "b/1.png"), input=wanted)


@pytest.mark.parametrize(
    "names", [("a/",), ("a/1.doc", "b/2.xls"), (".hidden.png",), ("__MACOSX/1.png",)]
)
def test_a_folder_without_anything_usable_is_one_line(tree, listed, names):
    with pytest.raises(UserInputError, match="holds no file that can be read") as caught:
        listed(tree(*names))
    assert "\n" not in str(caught.value)


def test_loops_broken_links_and_devices_are_named(tree, listed):
    folder = tree("a/1.png", "b/1.png")
    (folder / "a" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "b" / "gone.png").symlink_to(folder / "nowhere.png")
    os.mkfifo(folder / "b" / "pipe.png")
    listing = listed(folder)
    assert listing.names == ("a/1.png", "b/1.png")
    assert listing.skipped == (
        Skipped("a/loop", "a link to a folder around it"),
        Skipped("b/gone.png", "a broken link"),
        Skipped("b/pipe.png", "no regular file"),
    )


def test_links_to_folders_and_files_are_followed(tree, listed, tmp_path):
    folder = tree("a/1.png", "b/1.png")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "7.png").touch()
    (folder / "c").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert listed(folder).names == ("a/1.png", "b/1.png", "c/7.png")


def test_names_that_are_no_text_can_be_shown(tree, listed):
    folder = tree("a/1.png", "b/1.png")
    odd = os.fsdecode(b"odd\xff.png")
    (folder / "a" / odd).touch()
    listing = listed(folder)
    assert listing.names[1].encode() == "a/odd\ufffd.png".encode()
    assert listing.files[1].exists()


def test_folders_are_told_from_other_data(tree):
    folder = tree("a/1.png")
    assert FolderSource.matches(str(folder))
    assert FolderSource.matches("nowhere/")
    for other in ("", "digits", str(folder / "a" / "1.png"), "nowhere"):
        assert not FolderSource.matches(other)
    with pytest.raises(UserInputError, match="existing folder"):
        FolderSource().load("nowhere/", ReadOptions())
