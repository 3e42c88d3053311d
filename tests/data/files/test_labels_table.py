from __future__ import annotations

import numpy as np
import pytest

from automl.data.base import Skipped
from automl.errors import UserInputError

FILES = tuple(f"{number}.png" for number in range(6))


@pytest.fixture
def labelled(tree, listed):
    """Returns a function that lists six files by a table."""

    def run(text, files=FILES, name="labels.csv", encoding="utf-8", **options):
        folder = tree(*files)
        (folder / name).write_bytes(text.encode(encoding))
        return listed(folder, **options)

    return run


def rows(cells, header="file,label"):
    return "\n".join([header, *(f"{n}.png,{cell}" for n, cell in enumerate(cells))]) + "\n"


def test_a_column_of_words_is_classes(labelled):
    listing = labelled(rows("abcabc"))
    assert (listing.kind, listing.labels) == ("class", tuple("abcabc"))
    assert listing.class_names == ("a", "b", "c")
    assert (listing.skipped, listing.notes) == ((), ())
    assert "column 'label' of labels.csv" in listing.why


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("file;label\n" + "".join(f"{n}.png;{'ab'[n % 2]}\n" for n in range(6)), "labels.csv"),
        ("file\tlabel\n" + "".join(f"{n}.png\t{'ab'[n % 2]}\n" for n in range(6)), "labels.tsv"),
        ('"file", "label"\r\n' + "".join(f'"{n}.png",{"ab"[n % 2]}\r\n' for n in range(6)),
         "Labels.CSV"),
        ("label,id\n" + "".join(f"{'ab'[n % 2]},{n}\n" for n in range(6)), "labels.csv"),
        ("image,label\n" + "".join(f"./{n}.png,{'ab'[n % 2]}\n" for n in range(6)), "labels.csv"),
        ("image,label\n" + "".join(f"old\\place\\{n}.png,{'ab'[n % 2]}\n" for n in range(6)),
         "labels.csv"),
    ],
    ids=["semicolons", "tabs", "quotes", "names without suffix", "dots", "other folders"],
)  # fmt: skip
def test_tables_of_many_makes_are_read(labelled, text, name):
    assert labelled(text, name=name).labels == tuple("ababab")


def test_a_table_without_column_names_is_read_with_a_note(labelled):
    listing = labelled("".join(f"{n}.png,{'ab'[n % 2]}\n" for n in range(6)))
    assert listing.labels == tuple("ababab")
    assert any("no column names" in note for note in listing.notes)


@pytest.mark.parametrize(("encoding", "noted"), [("utf-8-sig", False), ("cp1252", True)])
def test_encodings_other_than_utf8(labelled, encoding, noted):
    listing = labelled(rows(["café", "thé"] * 3), encoding=encoding)
    assert listing.class_names == ("café", "thé")
    assert any("Windows-1252" in note for note in listing.notes) == noted


def test_numbers_with_fractions_are_regression(labelled):
    listing = labelled(rows([0.5, 1.5, -2, 3, 1e3, 0]))
    assert (listing.kind, listing.class_names) == ("number", ("label",))
    assert listing.y.tolist() == [[0.5], [1.5], [-2], [3], [1000], [0]]
    assert listing.y.dtype == np.float32


def test_whole_numbers_are_classes_unless_told_otherwise(labelled):
    assert labelled(rows([1, 2, 10] * 2)).class_names == ("1", "2", "10")
    assert labelled(rows([1, 2, 10] * 2), task="regression").kind == "number"
    assert labelled(rows([1, 2, 10] * 2), columns={"label": "number"}).kind == "number"


def test_numbers_with_leading_zeros_are_names(labelled):
    assert labelled(rows(["007", "008"] * 3)).class_names == ("007", "008")


@pytest.mark.parametrize("separator", [";", "|"])
def test_several_labels_in_a_cell(labelled, separator):
    cells = ["red", f"red{separator}round", "round", "", f" round {separator} soft ", "soft"]
    listing = labelled(rows(cells))
    assert (listing.kind, listing.class_names) == ("labels", ("red", "round", "soft"))
    assert listing.y.tolist() == [
        [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0], [0, 1, 1], [0, 0, 1],
    ]  # fmt: skip


def test_several_columns_of_zero_and_one_are_labels(labelled):
    listing = labelled(rows(["1,0", "1,1", "0,1", "0,0", "1,0", "0,1"], "file,red,round"))
    assert (listing.kind, listing.class_names) == ("labels", ("red", "round"))
    assert listing.y[1].tolist() == [1, 1]


def test_the_user_names_what_to_learn(labelled):
    text = rows(["a,1.5,x"] * 3 + ["b,2.5,y"] * 3, "file,shape,weight,place")
    with pytest.raises(UserInputError, match="--target COLUMN"):
        labelled(text)
    assert labelled(text, target=("shape",)).class_names == ("a", "b")
    assert labelled(text, target=("weight",)).kind == "number"
    with pytest.raises(UserInputError, match="no column 'colour'"):
        labelled(text, target=("colour",))


def test_splits_and_groups_are_heeded(labelled):
    text = rows(
        ["a,train,p1", "b,Test,p2", "a,val,p3", "b,train,p1", "a,train,p4", "b,test,p5"],
        "file,label,split,group",
    )
    listing = labelled(text)
    assert listing.names == ("0.png", "3.png", "4.png", "2.png", "1.png", "5.png")
    assert listing.splits == ("train", "train", "train", "validation", "test", "test")
    assert listing.groups == ("p1", "p1", "p4", "p3", "p2", "p5")
    assert len(listing.notes) == 2


def test_the_user_names_the_group(labelled):
    text = rows(["a,p1", "b,p2"] * 3, "file,label,patient")
    assert labelled(text, group="patient").groups == ("p1", "p2") * 3


def test_a_split_column_of_other_words_is_refused(labelled):
    with pytest.raises(UserInputError, match="'left'"):
        labelled(rows(["a,left", "b,train"] * 3, "file,label,split"))


def test_rows_and_files_without_partner_are_named(labelled):
    text = "file,label\n0.png,a\n1.png,b\n2.png,\n3.png,a,extra\n9.png,a\n0.png,a\n4.png,b\n"
    listing = labelled(text)
    assert listing.labels == ("a", "b", "b")
    assert set(listing.skipped) == {
        Skipped("labels.csv line 4", "has no label"),
        Skipped("labels.csv line 5", "has 3 cells, not 2"),
        Skipped("labels.csv line 6: 9.png", "names no file of the folder, or several"),
        Skipped("labels.csv line 7: 0.png", "repeats an earlier line"),
        Skipped("3.png", "is not named in labels.csv"),
        Skipped("5.png", "is not named in labels.csv"),
    }


def test_infinite_and_missing_numbers_are_named(labelled):
    listing = labelled(rows([0.5, "inf", "nan", 1.5, "", 2.5]))
    assert listing.y.tolist() == [[0.5], [1.5], [2.5]]
    assert len(listing.skipped) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing"),
        ("file,label\n", "rows"),
        ("file,label\nx.png,a\ny.png,b\n", "name none"),
        ("file,label\n0.png,a\n0.png,b\n", "lines 2 and 3"),
        ("file,file\n0.png,a\n", "each column once"),
        ("file,label\n0.png,\n", "empty cells only"),
    ],
)
def test_a_table_that_says_nothing_is_one_line(labelled, text, said):
    with pytest.raises(UserInputError, match=said) as caught:
        labelled(text)
    assert "\n" not in str(caught.value)


def test_a_table_names_files_in_folders(labelled):
    files = ("images/0.png", "images/1.png", "more/0.png")
    listing = labelled("path,label\nimages/0.png,a\n1.png,b\nmore/0.png,b\n", files=files)
    assert listing.names == files
    assert listing.labels == ("a", "b", "b")


def test_folders_of_splits_hold_where_the_table_says_none(labelled):
    files = ("train/0.png", "train/1.png", "test/2.png")
    listing = labelled("path,label\ntrain/0.png,a\ntrain/1.png,b\ntest/2.png,b\n", files=files)
    assert listing.splits == ("train", "train", "test")


@pytest.mark.parametrize("name", ["train.csv", "train/labels.csv"])
def test_a_table_that_is_not_read_is_noted(tree, listed, name):
    listing = listed(tree("train/0.png", "train/1.png", "test/2.png", name))
    assert listing.kind == "none"
    assert any(name in note and "labels.csv" in note for note in listing.notes)


@pytest.mark.parametrize("columns", [{"label": "date"}, {"file": "number"}])
def test_types_that_say_nothing_are_refused(labelled, columns):
    with pytest.raises(UserInputError, match="--column"):
        labelled(rows("ab" * 3), columns=columns)
