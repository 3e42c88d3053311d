"""`automl search --dry-run` says what it does while it does it, and what would be searched."""

from __future__ import annotations

import json

import pytest

ROWS = "size,shape,label\n" + "".join(
    f"{number % 7},{'ab'[number % 2]},{'odd' if number % 9 == 0 else 'fine'}\n"
    for number in range(120)
)


@pytest.fixture
def table(tmp_path):
    (tmp_path / "t.csv").write_text(ROWS)
    return tmp_path


def test_stages_go_to_stderr_and_the_plan_to_stdout(command, table):
    done = command("search", "t.csv", "--task", "anomaly", "--dry-run", cwd=table)
    assert done.code == 0, done.err
    assert "Reading the data ..." in done.err
    assert "Loading Keras" in done.err
    assert "task: anomaly" in done.out
    assert "Normal is 'fine' (it is the most frequent class)" in done.out
    assert not (table / "runs").exists()


def test_json_is_alone_on_stdout_and_quiet_is_quiet(command, table):
    done = command("search", "t.csv", "--dry-run", "--json", "--quiet", cwd=table)
    assert done.err == ""
    assert json.loads(done.out)["task"] == "classification"


def test_a_wrong_column_ends_it_at_once(command, table):
    done = command("search", "t.csv", "--target", "lable", "--dry-run", cwd=table)
    assert done.code == 2
    assert "Did you mean 'label'?" in done.err
    assert "Reading" not in done.err
