"""Tables whose rows are the examples."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

from automl.data.base import RawData
from automl.data.options import ReadOptions
from automl.data.tables.building import from_frame
from automl.data.tables.source import TableSource
from automl.errors import UserInputError
from automl.preprocessing.graft import features_of

COUNT = 120
RANDOM = np.random.default_rng(0)


def frame(**columns):
    every = {
        "age": RANDOM.integers(18, 90, COUNT).astype(float),
        "city": RANDOM.choice(["Bern", "Ulm", "Zürich"], COUNT),
        "since": pandas.date_range("2020-01-01", periods=COUNT).astype(str),
        "sold": np.where(np.arange(COUNT) % 3, "yes", "no"),
    }
    return pandas.DataFrame(every | columns)


def raw_of(table, **options) -> RawData:
    return from_frame(table, ReadOptions(**options))


def says(raw, *words):
    notes = " ".join(raw.notes)
    return all(word in notes for word in words)


def test_rows_have_numbers_then_dates_then_categories():
    raw = raw_of(frame())
    assert [(c.name, c.kind) for c in raw.encoder.columns] == [
        ("age", "number"),
        ("since", "date"),
        ("city", "category"),
    ]
    assert raw.x.shape == (COUNT, 3)
    np.testing.assert_array_equal(raw.x[:, 1], 18262 + np.arange(COUNT))
    assert (raw.task, raw.target.names) == ("classification", ("no", "yes"))
    assert raw.why == "2 different words in column 'sold'"
    assert says(raw, "age number", "city category of 3", "since date", "sold target")
    assert features_of(raw.front, raw.x).shape == (COUNT, *raw.input.shape)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet", ".csv.gz"])
def test_every_file_of_a_table_gives_the_same(tmp_path, suffix):
    table, file = frame(), tmp_path / f"t{suffix}"
    table.loc[3, "age"] = np.nan
    if suffix == ".jsonl":
        table.to_json(file, orient="records", lines=True)
    elif suffix == ".parquet":
        pytest.importorskip("pyarrow")
        table.to_parquet(file)
    else:
        table.to_csv(file, index=False, sep="\t" if suffix == ".tsv" else ",")
    raw = TableSource().load(str(file), ReadOptions())
    expected = raw_of(table)
    np.testing.assert_array_equal(raw.x, expected.x)
    np.testing.assert_array_equal(raw.y, expected.y)
    assert raw.encoder == expected.encoder


def test_what_is_learned_and_what_is_predicted_from_are_encoded_alike(tmp_path):
    table = frame(
        size=[f"{at / 3:.3f}".replace(".", ",") for at in range(COUNT)],
        day=pandas.date_range("1999-12-25", periods=COUNT).strftime("%d.%m.%Y"),
        code=RANDOM.choice(["1", "2", "x"], COUNT),
    )
    table.loc[::5, ["age", "city", "day"]] = np.nan
    table["age"] = table["age"].map(
        lambda age: "" if age != age else f"{age:.1f}".replace(".", ",")
    )
    file = tmp_path / "t.csv"
    table.to_csv(file, index=False, sep=";", encoding="cp1252")
    raw = TableSource().load(str(file), ReadOptions(target=("sold",)))
    assert raw.encoder.decimal == ","
    for data in (raw, raw.fit(np.arange(0, COUNT, 2))):
        examples = list(data.encoder.examples(str(file)))
        np.testing.assert_array_equal([each.x for each in examples], data.x)
        assert examples[0].name == "line 2"


def test_only_training_rows_are_fitted_on():
    table = frame(kind=["rare"] * 2 + ["common"] * (COUNT - 2))
    raw = raw_of(table, target=("sold",))
    assert raw.encoder.columns[-1].values == ("common", "rare")
    table.loc[2:, "age"] *= 100
    fitted = raw_of(table, target=("sold",)).fit(np.arange(2, COUNT))
    assert fitted.encoder.columns[-1].values == ("common",)
    np.testing.assert_array_equal(fitted.x[:3, -1], [1, 1, 0])
    assert fitted.front.center[0] == pytest.approx(table["age"][2:].mean())
    assert fitted.fit is None
    assert len(fitted.x) == COUNT
    np.testing.assert_array_equal(raw.y, fitted.y)


def test_of_ten_thousand_categories_the_frequent_ones_are_kept():
    count = 20_000
    words = [f"w{at % 10_000}" for at in range(count - 2_000)] + ["often"] * 2_000
    table = pandas.DataFrame({"word": words, "y": [at % 2 for at in range(count)]})
    raw = raw_of(table)
    assert len(raw.encoder.columns[0].values) == 100
    assert "often" in raw.encoder.columns[0].values
    assert raw.input.shape == (101,)
    assert says(raw, "'word' has 10,001 categories")


def test_missing_and_infinite_values_are_not_known():
    table = frame()
    table.loc[0, "age"] = np.nan
    table.loc[1, "age"] = np.inf
    table.loc[2, "city"] = None
    raw = raw_of(table)
    assert np.isnan(raw.x[[0, 1, 2], [0, 0, 2]]).all()
    assert says(raw, "1 infinite values in 1 column")
    assert np.isfinite(features_of(raw.front, raw.x)).all()


def test_columns_that_say_nothing_are_left_out_and_told():
    table = frame(id=range(COUNT), same=1, empty="", name=[f"n{at}" for at in range(COUNT)])
    raw = raw_of(table, target=("sold",))
    assert raw.encoder.names == ("age", "since", "city")
    assert says(
        raw, "id left out (numbers its rows)", "same left out", "empty left out", "name left"
    )


def test_an_unnamed_first_column_is_left_out(tmp_path):
    frame().to_csv(tmp_path / "t.csv")
    raw = TableSource().load(str(tmp_path / "t.csv"), ReadOptions())
    assert raw.encoder.names == ("age", "since", "city")
    assert says(raw, "names the rows")


def test_types_are_overridden():
    raw = raw_of(frame(), columns={"age": "category", "since": "ignore"})
    assert [(c.name, c.kind) for c in raw.encoder.columns] == [
        ("age", "category"),
        ("city", "category"),
    ]


def test_thousands_of_columns_are_counted_not_listed():
    wide = pandas.DataFrame(RANDOM.normal(size=(40, 3000))).assign(y=[0, 1] * 20)
    raw = raw_of(wide)
    assert raw.x.shape == (40, 3000)
    assert says(raw, "3,000 numbers, 1 target")
    assert max(map(len, raw.notes)) < 300


@pytest.mark.parametrize(
    ("values", "kind", "names"),
    [
        (["b", "a"] * 60, "class", ("a", "b")),
        ([10, 2, 9] * 40, "class", ("2", "9", "10")),
        ([0.5, 1.5] * 60, "class", ("0.5", "1.5")),
        ([True, False] * 60, "class", ("False", "True")),
        (list(range(120)), "number", ("y",)),
        ([at / 7 for at in range(120)], "number", ("y",)),
        ([1.0, 2.0, 3.0, np.nan] * 30, "class", ("1", "2", "3")),
    ],
)
def test_the_target_is_what_its_values_say(values, kind, names):
    raw = raw_of(frame(y=values))
    assert (raw.target.kind, raw.target.names) == (kind, names)
    assert raw.y.dtype == ("int64" if kind == "class" else "float32")
    assert len(raw.y) == len(raw.x) == int(pandas.Series(values).notna().sum())
    assert says(raw, "the column is called 'y'")


def test_the_task_and_the_column_decide_doubtful_targets():
    table = frame(y=[1, 2, 3] * 40)
    assert raw_of(table, task="regression").target.kind == "number"
    assert raw_of(table, columns={"y": "number"}).target.kind == "number"
    many = frame(y=range(120))
    assert raw_of(many, task="classification").target.kind == "class"
    assert raw_of(
        many.assign(y=[at % 40 for at in range(120)]), columns={"y": "category"}
    ).task == ("classification")


def test_without_a_target_the_last_column_that_can_be_is_learned():
    raw = raw_of(frame(note=[f"a text of some words {at}" for at in range(COUNT)]))
    assert raw.target.names == ("no", "yes")
    assert says(raw, "'sold' is the last column")


def test_rows_without_a_target_are_skipped_and_counted(tmp_path):
    table = frame(y=[at / 7 for at in range(COUNT)])
    table.loc[0, "y"] = np.nan
    table.loc[5, "y"] = np.inf
    table.to_csv(tmp_path / "t.csv", index=False)
    raw = TableSource().load(str(tmp_path / "t.csv"), ReadOptions())
    assert [(each.where, each.reason) for each in raw.skipped] == [
        ("line 2", "its target is missing or infinite"),
        ("line 7", "its target is missing or infinite"),
    ]
    assert len(raw.x) == len(raw.y) == COUNT - 2


def test_several_targets_are_numbers_or_labels():
    table = frame(a=RANDOM.normal(size=COUNT), b=RANDOM.normal(size=COUNT))
    raw = raw_of(table, target=("b", "a"))
    assert (raw.task, raw.target.names, raw.y.shape) == ("regression", ("b", "a"), (COUNT, 2))
    labels = frame(a=RANDOM.integers(0, 2, COUNT), b=RANDOM.choice([True, False], COUNT))
    raw = raw_of(labels, target=("a", "b"))
    assert (raw.task, raw.target.kind) == ("multilabel", "labels")
    np.testing.assert_array_equal(raw.y[:, 1], labels["b"])


def test_a_column_may_list_several_labels():
    raw = raw_of(frame(y=["a|b", "b", "c | a", None] * 30), task="multilabel")
    assert (raw.target.kind, raw.target.names) == ("labels", ("a", "b", "c"))
    np.testing.assert_array_equal(raw.y[:3], [[1, 1, 0], [0, 1, 0], [1, 0, 1]])
    assert len(raw.skipped) == 30


def test_without_labels_there_may_be_anomalies():
    raw = raw_of(frame().drop(columns="sold"), task="anomaly")
    assert (raw.task, raw.target.kind, raw.x.shape) == ("anomaly", "none", (COUNT, 3))
    assert raw_of(frame(label=["good", "bad"] * 60), task="anomaly").target.kind == "class"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": ("sodl",)}, "'sodl'.*'sold'.*Columns: age"),
        ({"target": ("same",)}, "at least 2 classes.*'same'"),
        ({"target": ("name",)}, "repeats its values.*'name' with 120"),
        ({"target": ("day",)}, "'day' of dates"),
        ({"target": ("empty",)}, "holds something.*'empty'"),
        ({"target": ("sold",), "task": "regression"}, "needs numbers.*'sold' of words"),
        ({"target": ("city", "age")}, "Several --target.*'city' of words"),
        ({"group": "grp"}, "--group names a column.*'grp'"),
        ({"time_column": "tme"}, "--time-column names a column"),
        ({"columns": {"agee": "number"}}, "'agee'.*'age'"),
        ({"target": ("sold",), "group": "sold"}, "one use"),
        ({"target": ("sold",), "horizon": 3}, "--horizon"),
        (
            {
                "target": ("sold",),
                "columns": dict.fromkeys(("age", "city", "since", "day"), "ignore"),
            },
            "columns to learn from.*as --column says",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(options, words):
    days = pandas.date_range("2020-01-01", periods=COUNT)
    table = frame(same=1, name=[f"n{at}" for at in range(COUNT)], empty=None, day=days)
    with pytest.raises(UserInputError, match=words) as caught:
        raw_of(table, **options)
    assert "\n" not in str(caught.value)


def test_a_frame_without_rows_is_refused():
    with pytest.raises(UserInputError, match="without any"):
        raw_of(frame().iloc[:0])


def test_groups_are_kept_apart_and_not_learned_from():
    table = frame(speaker=[f"s{at // 4}" for at in range(COUNT)])
    raw = raw_of(table, target=("sold",), group="speaker")
    assert raw.groups.tolist() == table["speaker"].tolist()
    assert "speaker" not in raw.encoder.names
    assert raw.fit(np.arange(50)).groups.tolist() == raw.groups.tolist()


def test_classes_in_time_are_in_the_order_of_time():
    table = frame().sample(frac=1, random_state=0)
    raw = raw_of(table, target=("sold",), time_column="since")
    assert raw.ordered
    assert raw.overlap == 0
    assert raw.encoder.names == ("age", "city")
    by_time = table.sort_values("since")
    np.testing.assert_array_equal(raw.x[:, 0], by_time["age"])
    np.testing.assert_array_equal(raw.y, by_time["sold"] == "yes")
    assert raw.fit(np.arange(50)).ordered


def test_the_sets_of_scikit_learn_come_through_a_file(tmp_path):
    from sklearn.datasets import load_breast_cancer, load_diabetes

    for load, shape, task in (
        (load_breast_cancer, (569, 30), "classification"),
        (load_diabetes, (442, 10), "regression"),
    ):
        load(as_frame=True).frame.to_csv(tmp_path / "set.csv", index=False)
        raw = TableSource().load(str(tmp_path / "set.csv"), ReadOptions())
        x, y = load(return_X_y=True)
        assert (raw.x.shape, raw.task) == (shape, task)
        np.testing.assert_array_equal(raw.x, x.astype(np.float32))
        np.testing.assert_array_equal(raw.y.reshape(-1), y)
