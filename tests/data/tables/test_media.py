"""Tables of texts, and of files."""

from __future__ import annotations

import numpy as np
import pandas
import pytest
from PIL import Image

from automl.data.options import ReadOptions
from automl.data.tables.building import from_frame
from automl.data.tables.source import TableSource
from automl.errors import UserInputError

COUNT = 60
WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def texts():
    random = np.random.default_rng(0)
    return [" ".join([*random.choice(WORDS, 6), f"text{at}"]) for at in range(COUNT)]


def says(raw, *words):
    notes = " ".join(raw.notes)
    return all(word in notes for word in words)


def test_a_column_of_texts_alone_makes_it_a_table_of_texts():
    table = pandas.DataFrame({"id": range(COUNT), "label": ["ham", "spam"] * 30, "text": texts()})
    raw = from_frame(table, ReadOptions())
    assert (raw.input.kind, raw.task) == ("tokens", "classification")
    assert raw.target.names == ("ham", "spam")
    assert raw.x.shape == (COUNT, *raw.input.shape)
    fitted = raw.fit(np.arange(10))
    assert fitted.input.vocabulary < raw.input.vocabulary
    assert fitted.target == raw.target
    np.testing.assert_array_equal(fitted.encoder.encode(table["text"]), fitted.x)


def test_a_table_of_texts_is_predicted_on_row_by_row(tmp_path):
    table = pandas.DataFrame({"text": texts(), "label": ["ham", "spam"] * 30})
    table.to_csv(tmp_path / "t.csv", index=False)
    raw = TableSource().load(str(tmp_path / "t.csv"), ReadOptions())
    examples = list(raw.encoder.examples(str(tmp_path / "t.csv")))
    np.testing.assert_array_equal([each.x for each in examples], raw.x)
    assert examples[1].name == "line 3"
    table.rename(columns={"text": "texts"}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(UserInputError, match="'texts'"):
        list(raw.encoder.examples(str(tmp_path / "t.csv")))


def test_the_last_column_is_not_learned_if_it_is_of_texts():
    raw = from_frame(pandas.DataFrame({"v1": ["a", "b"] * 30, "v2": texts()}), ReadOptions())
    assert raw.target.names == ("a", "b")


def test_texts_beside_other_columns_are_told_and_taken_if_asked_for():
    table = pandas.DataFrame({"text": texts(), "size": range(COUNT), "y": ["a", "b"] * 30})
    raw = from_frame(table, ReadOptions())
    assert raw.input.kind == "vector"
    assert says(raw, "Not used: text", "--column text=text")
    raw = from_frame(table, ReadOptions(columns={"text": "text"}))
    assert raw.input.kind == "tokens"
    assert says(raw, "Not used: size")


def test_numbers_are_learned_from_texts_and_rows_without_one_skipped():
    table = pandas.DataFrame({"text": texts(), "y": [at / 7 for at in range(COUNT)]})
    table.loc[3, "y"] = np.nan
    raw = from_frame(table, ReadOptions())
    assert (raw.task, raw.y.shape) == ("regression", (COUNT - 1, 1))
    assert raw.skipped[0].where == "row 4"


def test_two_columns_of_texts_are_refused():
    table = pandas.DataFrame(
        {"a": texts(), "b": [text + "!" for text in texts()], "y": [0, 1] * 30}
    )
    with pytest.raises(UserInputError, match=r"'a', 'b'.*--column NAME=ignore"):
        from_frame(table, ReadOptions())


@pytest.fixture
def pictures(tmp_path):
    rows = []
    (tmp_path / "img").mkdir()
    for at in range(COUNT):
        name = f"img/{at}.png"
        Image.new("L", (8, 8), at * 4).save(tmp_path / name)
        rows.append({"path": name, "label": "dark" if at < 30 else "bright", "light": at / 7})
    return tmp_path / "t.csv", pandas.DataFrame(rows)


def test_a_column_of_paths_makes_it_a_table_of_pictures(pictures):
    file, table = pictures
    table.loc[5, "path"] = "img/gone.png"
    table.loc[6, "path"] = ""
    table.loc[7, "path"] = "img\\7.png"
    (file.parent / "img" / "9.png").write_bytes(b"broken")
    table.to_csv(file, index=False)
    raw = TableSource().load(str(file), ReadOptions(target=("label",)))
    assert (raw.input.kind, raw.x.shape) == ("image", (COUNT - 3, 8, 8, 1))
    assert raw.target.names == ("bright", "dark")
    assert raw.y.tolist() == [1] * 27 + [0] * 30
    reasons = {each.where: each.reason for each in raw.skipped}
    assert reasons["line 7"] == "names a file that is not there"
    assert reasons["line 8"] == "names no file"
    assert len(reasons) == 3
    assert says(raw, "Not used: light")


def test_numbers_are_learned_from_pictures(pictures):
    file, table = pictures
    table.drop(columns="label").to_csv(file, index=False)
    raw = TableSource().load(str(file), ReadOptions(target=("light",)))
    assert (raw.task, raw.target.names, raw.y.shape) == ("regression", ("light",), (COUNT, 1))
    np.testing.assert_allclose(raw.y[:, 0], table["light"], rtol=1e-6)


def test_pictures_may_be_split_by_group(pictures):
    file, table = pictures
    table.drop(columns="light").assign(who=[f"p{at % 5}" for at in range(COUNT)]).to_csv(
        file, index=False
    )
    raw = TableSource().load(str(file), ReadOptions(target=("label",), group="who"))
    assert raw.groups.tolist() == [f"p{at % 5}" for at in range(COUNT)]


def test_paths_that_lead_nowhere_are_refused(pictures):
    file, table = pictures
    table.assign(path=[f"nowhere/{at}.png" for at in range(COUNT)]).to_csv(file, index=False)
    with pytest.raises(UserInputError, match=r"start at the table's folder.*'nowhere/0\.png'"):
        TableSource().load(str(file), ReadOptions(target=("label",)))
