"""The model card says what is known, warns of what is weak, and escapes what it is given."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl.config import SearchConfig
from automl.data.base import Skipped, Target
from automl.data.summary import DataSummary
from automl.export.folder.card import model_card
from automl.export.folder.limits import limits
from automl.export.folder.markdown import code, plain, table
from automl.export.folder.quality import by_output
from automl.report.snapshot import Snapshot
from automl.tasks.evidence import evidence_file, write_evidence
from automl.types import Artifact, Choice, Trial, TrialState, Verification, VerificationStatus
from search_spaces import InputSpec

NAMES = ("cat", "dog", "<b>bird|")
RIGHT = np.array([0] * 30 + [1] * 30 + [2] * 3)
#: Half of the dogs are taken for cats.
SAID = np.array([0] * 30 + [0] * 15 + [1] * 15 + [2] * 3)


def snapshot(task: str = "classification", **changes: Any) -> Snapshot:
    data = DataSummary(
        uri="photos",
        source="folder",
        input=InputSpec("image", (8, 8, 3)),
        target=Target("class", NAMES),
        counts={"train": 100, "validation": 20, "test": 63},
        fingerprint="f" * 64,
        notes=("2 duplicates were removed.",),
        skipped=(Skipped("broken.png", "cannot be read"),),
        encoder={"part": "image", "height": 8, "width": 8, "channels": 3},
    )
    values: dict[str, Any] = {
        "name": "photos",
        "config": SearchConfig(data="photos"),
        "resolved": {"space": "cnn", "oracle": "random"},
        "data": data,
        "trials": [Trial(4, {}, {}, "first guess", TrialState.COMPLETED, epochs=7)],
        "front": frozenset({4}),
        "choice": Choice(4, "int8", "It is the smallest."),
        "judged": [],
        "curves": {},
        "notes": [],
        "versions": {"keras": "3.15"},
        "created": None,
        "seconds": 60.0,
        "search_end": "the time was up",
        "failure": "",
        "gate_recipe": "int8",
        "finished": True,
        "objective": ("val_accuracy", "size"),
        "judged_by": "accuracy",
        "task": task,
    }
    needed = {each.name: "" for each in fields(Snapshot) if each.default is MISSING}
    with_default = {each.name for each in fields(Snapshot) if each.default_factory is not MISSING}
    plain_ones = {name: value for name, value in needed.items() if name not in with_default}
    return Snapshot(**plain_ones | values | changes)


def verified(runtime: str, **changes: Any) -> Verification:
    values: dict[str, Any] = {
        "examples": 63,
        "max_abs_diff": 0.02,
        "metric": "accuracy",
        "metrics": {"accuracy": 0.7619},
        "keras_metrics": {"accuracy": 0.7778},
        "latency_ms": 0.25,
    }
    return Verification(runtime, VerificationStatus.PASSED, **values | changes)


SHIPPED = Artifact(
    4, "tflite", "int8", "export/tflite/int8/model.tflite", 12_345, 9_000,
    verifications=(
        verified("litert"),
        Verification("other", VerificationStatus.SKIPPED, reason="not here"),
    ),
)  # fmt: skip
REFUSED = Artifact(4, "tflite", "float16", "", reason="litert: an output differs")


def test_a_card_tells_data_figures_files_and_how_it_was_found(tmp_path: Path) -> None:
    file = tmp_path / evidence_file(4, "tflite", "int8")
    write_evidence(file, {"predicted": SAID.astype("int32"), "y": RIGHT.astype("int32")})
    text = model_card(snapshot(), tmp_path, "tflite", [SHIPPED, REFUSED])
    for words in (
        "# photos: model card of the TFLite files",
        "says which of 3 classes an example is",
        "| `int8/model.tflite` | 12.3 kB | 9.0 kB | accuracy 0.7619 | 0.02 | litert 0.250 ms |",
        "Latencies are of this machine",
        "| dog | 30 | 0.500 | 1.000 |",
        "2 duplicates were removed.",
        "1 skipped: cannot be read",
        "1 candidate of the strategy random: 1 trained",
        "It is the smallest.",
        "`automl search photos` repeats it.",
        "keras 3.15",
    ):
        assert words in text, words
    assert "<b>" not in text
    assert r"\<b\>bird\|" in text


def test_limits_name_what_is_weak_few_refused_and_not_run() -> None:
    evidence = {"predicted": SAID, "y": RIGHT}
    found = "\n".join(limits(snapshot(), [SHIPPED, REFUSED], evidence))
    for words in (
        "63 test examples that come from the same source",
        "63 examples are few",
        "1 examples could not be read",
        r"Fewer than 20 test examples, so that the figures say little: \<b\>bird\|.",
        "Found in less than 80% of the cases: dog (0.500)",
        "Most often mistaken: dog for cat (15 times)",
        "always answers with one of its classes",
        "There is no float16 file: litert: an output differs.",
        "The int8 file was not run on other: not here.",
    ):
        assert words in found, words


NUMBERS = Target("number", ("price", "rent"), mean=(0.0, 0.0), std=(1.0, 1.0))


def test_numbers_have_their_errors_one_by_one() -> None:
    shot = snapshot("regression")
    assert shot.data is not None
    shot = replace(shot, data=replace(shot.data, target=NUMBERS))
    y = np.array([[1.0, 10.0], [3.0, 30.0]])
    lines = by_output(shot, {"outputs": y + np.array([1.0, -2.0]), "y": y})
    assert lines[2] == "| price | 2 | 1.000 | 1.000 | 0.0000 | 1 to 3 |"
    assert lines[3] == "| rent | 2 | 2.000 | 2.000 | 0.9600 | 10 to 30 |"


def test_anomalies_are_counted_on_both_sides_of_the_threshold() -> None:
    shot = snapshot("anomaly", threshold=0.5)
    assert shot.data is not None
    target = Target("class", ("normal", "broken"))
    shot = replace(shot, data=replace(shot.data, target=target))
    y, scores = np.array([0, 0, 0, 0, 1, 1]), np.array([0.1, 0.2, 0.6, 0.1, 0.9, 0.3])
    lines = by_output(shot, {"outputs": scores, "y": y})
    assert lines[2:] == ["| normal | 4 | 0.2500 |", "| abnormal | 2 | 0.5000 |"]


def test_predictions_that_were_not_kept_are_not_made_up() -> None:
    assert by_output(snapshot(), {}) == ["The predictions behind these figures were not kept."]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a|b", r"a\|b"), ("a\n# b", r"a \# b"), ("*x*", r"\*x\*"), ("<script>", r"\<script\>")],
)
def test_text_has_no_marks_of_its_own(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_code_and_tables_stay_on_one_line() -> None:
    assert code("a `b`\nc") == "`a 'b' c`"
    assert table(("A", "B"), [("x|y", 2)]) == ["| A | B |", "| --- | --- |", r"| x\|y | 2 |"]
