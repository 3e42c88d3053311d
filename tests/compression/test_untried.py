"""Recipes that were not tried have a row that says why."""

from __future__ import annotations

from pathlib import Path

from automl.compression.ladder_rows import rows
from automl.compression.untried import keep_untried, untried
from automl.config import Constraints
from automl.records.store import RunStore
from automl.types import Artifact


def test_each_has_its_reason_until_it_is_tried(tmp_path: Path) -> None:
    with RunStore(tmp_path, create=True) as store:
        keep_untried(store, 0, ("int8", "qat_int8"), "loops have no int8 form")
        keep_untried(store, 2, ("int8",), "the time was up")
        keep_untried(store, 0, (), "nobody hears of it")
        tried = [Artifact(2, "tflite", "int8", path="")]
        left = untried(store, "tflite", tried)
    assert {(each.trial, each.recipe) for each in left} == {(0, "int8"), (0, "qat_int8")}
    found = rows([*tried, *left], None, Constraints(), None)
    words = {(row.trial, row.recipe): (row.outcome, row.words) for row in found}
    assert words[0, "int8"] == ("not tried", "not tried: loops have no int8 form")
    assert words[2, "int8"][0] == "failed"
