"""Data that a Python program holds, and sets known by name, to verified files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl import api
from automl.errors import ConfigChangedError
from automl.types import VerificationStatus

SMALL: dict[str, Any] = {
    "trials": 1,
    "epochs": 2,
    "workers": 0,
    "compress": "float32",
    "formats": ["tflite"],
}


def houses(count: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    size = random.uniform(40, 200, count)
    kind = random.choice(["flat", "house"], count)
    frame = pd.DataFrame({"size": size, "kind": kind, "price": 3 * size + 90 * (kind == "house")})
    frame.loc[::9, "size"] = np.nan
    return frame


def test_a_frame_with_a_test_frame_ends_in_a_verified_file_and_resumes(tmp_path: Path) -> None:
    out = str(tmp_path / "run")
    data, test = houses(120, 0), houses(30, 1)
    run = api.search(data, target="price", test=test, out=out, **SMALL)
    assert run.fact("task") == "regression"
    assert run.data.counts["test"] == 30
    assert run.artifact.status is VerificationStatus.PASSED
    # The same objects are the same run; others are not.
    again = api.search(data.copy(), target="price", test=test.copy(), out=out, **SMALL)
    assert len(again.trials) == len(run.trials)
    with pytest.raises(ConfigChangedError):
        api.search(data, target="price", test=test, out=out, **{**SMALL, "epochs": 1})


def test_a_bundled_table_is_searched_by_its_name_and_fed_by_its_columns(
    command: Callable[..., Any], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    done = command(
        *("search", "breast_cancer", "--trials", "1", "--epochs", "1", "--space", "mlp"),
        *("--compress", "float32", "--export", "tflite", "--out", str(out), "--json"),
        cwd=tmp_path,
    )
    assert done.code == 0, done.err
    from sklearn.datasets import load_breast_cancer

    table = load_breast_cancer(as_frame=True).frame[:3]
    table.to_csv(tmp_path / "three.csv", index=False)
    answers = command("predict", str(out), "three.csv", "--json", cwd=tmp_path)
    assert answers.code == 0, answers.err
    rows = json.loads(answers.out)
    assert len(rows) == 3
    assert {row["label"] for row in rows} <= {"malignant", "benign"}
