"""A CSV file from the command line to verified files and predictions."""

from __future__ import annotations

import json

import numpy as np
import pandas

COUNT = 150
QUICK = ("--trials", 1, "--epochs", 1, "--export", "tflite", "--compress", "float16")


def searched(command, folder, table, *words):
    table.to_csv(folder / "t.csv", index=False)
    done = command("search", "t.csv", *words, *QUICK, "--out", "run", cwd=folder)
    assert done.code == 0, done.out + done.err
    predicted = command("predict", "run", "t.csv", "--json", cwd=folder)
    assert predicted.code == 0, predicted.err
    return done, json.loads(predicted.out)


def test_a_table_with_gaps_is_searched_exported_and_predicted_on(command, tmp_path):
    random = np.random.default_rng(0)
    table = pandas.DataFrame(
        {
            "size": random.normal(1e6, 10, COUNT),
            "kind": random.choice(["é", "b", "c"], COUNT),
            "day": pandas.date_range("2020-01-01", periods=COUNT),
            "sold": np.where(np.arange(COUNT) % 2, "yes", "no"),
        }
    )
    table.loc[::7, ["size", "kind"]] = np.nan
    done, answers = searched(command, tmp_path, table, "--target", "sold", "--space", "mlp")
    assert "classification" in done.err
    assert "kind category of 3" in done.err
    assert len(answers) == COUNT
    written = {file.name for file in (tmp_path / "run" / "export").rglob("*")}
    assert {"columns.json", "table_row.py", "table_row.mjs", "TableRow.kt"} <= written
    assert "no better than" in done.err + done.out, "what is sold is random"
    (tmp_path / "photo.png").write_bytes(bytes(range(256)))
    for asked, words in (("photo.png", "is no text. This model takes tables"), ("", "empty one")):
        wrong = command("predict", "run", asked, cwd=tmp_path)
        assert (wrong.code, wrong.out) == (2, "")
        assert words in wrong.err
    empty = command("predict", "run", '{"size": null, "kind": "", "day": null}', cwd=tmp_path)
    assert "no column is known" in empty.out


def test_a_series_is_forecast(command, tmp_path):
    steps = np.arange(COUNT)
    table = pandas.DataFrame({"t": pandas.date_range("2020-01-01", periods=COUNT)})
    table["load"] = np.sin(2 * np.pi * steps / 7)
    table.loc[9, "load"] = np.nan
    words = ("--time-column", "t", "--horizon", 2, "--space", "tcn")
    done, answers = searched(command, tmp_path, table, *words)
    assert "forecasting" in done.err
    assert "repeats (7 steps)" in done.err
    assert len(answers) == 1
