"""The source of tables keeps the contract of sources, for rows and for series."""

from __future__ import annotations

import gzip
import subprocess
import sys

import numpy as np
import pandas
import pytest

from automl.data.options import ReadOptions
from automl.data.tables.source import TableSource
from automl.testing import SourceContract


def table_of(kind):
    random = np.random.default_rng(0)
    count = 200
    if kind == "series":
        steps = np.arange(count)
        return pandas.DataFrame(
            {"t": pandas.date_range("2020", periods=count), "a": np.sin(steps), "b": steps / 9}
        )
    words = random.choice(["x", "y", "z", None], count)
    table = pandas.DataFrame({"n": random.normal(size=count), "c": words, "y": [0, 1] * 100})
    table.loc[::9, "n"] = np.nan
    return table


@pytest.fixture(params=["rows", "series"])
def kind(request):
    return request.param


class TestTableSource(SourceContract):
    @pytest.fixture
    def source(self):
        return TableSource()

    @pytest.fixture
    def uri(self, kind, tmp_path):
        table_of(kind).to_csv(tmp_path / "example.csv", index=False)
        return str(tmp_path / "example.csv")

    @pytest.fixture
    def options(self, kind):
        if kind == "series":
            return ReadOptions(time_column="t", target=("a", "b"), horizon=2)
        return ReadOptions(target=("y",))

    @pytest.fixture
    def unreadable(self):
        return "nowhere/gone.csv"


@pytest.mark.parametrize(
    "name", ["a.csv", "A.CSV", "x/y.tsv", "a.tab", "a.jsonl", "a.ndjson", "a.parquet", "a.csv.gz"]
)
def test_tables_are_told_by_their_name(name):
    assert TableSource.matches(name)


@pytest.mark.parametrize("name", ["a.npz", "csv", "a.parquet.gz", "a.csv.zip", "folder/"])
def test_other_names_are_left_to_others(name):
    assert not TableSource.matches(name)


@pytest.mark.parametrize(
    "options",
    [{"target": ("solt",)}, {"columns": {"x": "number"}}, {"group": "x"}, {"time_column": "x"}],
    ids=lambda options: next(iter(options)),
)
@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.csv.gz"])
def test_a_wrong_name_of_a_column_is_answered_before_anything_is_loaded(tmp_path, name, options):
    mark = "\t" if "tsv" in name else ";"
    text = "".join(mark.join(row) + "\n" for row in [("size", "sold"), *[("1", "yes")] * 90_000])
    content = ("\ufeff" + text).encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    code = (
        "import sys\nfrom automl.data.dataset import check\nfrom automl.data.options import"
        f" ReadOptions\ntry:\n    check({str(tmp_path / name)!r}, ReadOptions(**{options!r}))\n"
        "except Exception as error:\n    print(error)\n"
        "print(*{'numpy', 'pandas', 'keras', 'tensorflow'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert "names a column. Received: " in done
    assert done.endswith("Columns: size, sold.\n\n")
