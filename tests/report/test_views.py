"""What tables and plots show, decided from records; nothing is drawn here."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from automl.config_parsing import make_config
from automl.report.architecture import Branch, tree
from automl.report.command import command_line
from automl.report.files import NOT_CHOSEN, WAITING, file_rows, judged_rows
from automl.report.importance import ENOUGH, importance
from automl.report.plots.canvas import focus
from automl.report.plots.curves import curves
from automl.report.plots.front import front_view
from automl.report.plots.ladder import ladder_view
from automl.report.plots.progress import steps
from automl.report.trials import rejected, trained
from automl.types import Measures, TrialState


def test_tree_groups_names_by_their_parts():
    assert tree({"stages": 1, "stage_1/block": "plain", "stage_1/plain/kernel": 3}) == (
        Branch("stages", "1"),
        Branch(
            "stage 1", "", (Branch("block", "plain"), Branch("plain", "", (Branch("kernel", "3"),)))
        ),
    )


def test_tree_keeps_a_name_that_is_a_choice_and_a_group():
    wanted = (Branch("block", "plain", (Branch("kernel", "3"),)),)
    assert tree({"block": "plain", "block/kernel": 3}) == wanted
    assert tree({"block/kernel": 3, "block": "plain"}) == wanted


def test_tree_of_nested_values():
    (stages,) = tree({"stages": [{"width": 8}, {"width": 16}]})
    assert [child.name for child in stages.children] == ["1", "2"]
    assert stages.children[1].children == (Branch("width", "16"),)


@pytest.mark.parametrize(
    ("options", "flags"),
    [
        ({}, ""),
        ({"trials": 3}, "--trials 3"),
        ({"trials": 3, "time": "1m"}, "--trials 3 --time 60s"),
        ({"time": "2m", "seed": 4}, "--seed 4 --time 120s"),
        ({"max_size": "50kB", "max_latency": "5ms"}, "--max-size 50000B --max-latency 5.0ms"),
        ({"export": ["tflite"], "compress": ["int8", "float16"]},
         "--export tflite --compress int8 --compress float16"),
        ({"choices": {"width": [8, 16], "head": ["max", "8"]}},
         "--choices width=8,16 --choices 'head=max,\"8\"'"),
    ],
)  # fmt: skip
def test_command_leaves_defaults_out(options, flags):
    config = make_config("digits", options)
    assert command_line(config) == f"automl search digits {flags}".strip()


def test_command_is_safe_to_paste():
    config = make_config("a b; rm -rf /.npz", {"out": "runs/$(x)"})
    words = shlex.split(command_line(config, out=True))
    assert words == ["automl", "search", "a b; rm -rf /.npz", "--out", "runs/$(x)"]


def test_files_of_the_winner_and_those_that_lost(finished):
    snapshot = finished.snapshot()
    rows, lost = file_rows(snapshot), judged_rows(snapshot)
    assert {row.trial for row in rows} == {snapshot.choice.trial}
    assert [row.recipe for row in rows if row.chosen] == ["int8"]
    assert {run.split for row in rows for run in row.runs} == {"test"}
    assert {run.split for row in lost for run in row.runs} == {"validation"}
    assert {row.status for row in lost} == {NOT_CHOSEN}
    assert {run.status for row in lost for run in row.runs} == {NOT_CHOSEN}


def test_staged_files_are_not_called_verified(builder):
    run = builder().data()
    run.trial(0)
    staged = run.verified(examples=288)
    run.artifact(0, path="export/.staging/0/tflite/int8/model.tflite", verifications=(staged,))
    (row,) = judged_rows(run.snapshot())
    assert [row.status, row.runs[0].status] == [WAITING, WAITING]


def test_split_is_not_guessed_when_it_cannot_be_told(builder):
    run = builder().data(counts={"train": 10, "validation": 5, "test": 5})
    run.trial(0)
    run.artifact(0, path="", reason="x", verifications=(run.verified(examples=5),))
    run.choose(0)
    assert file_rows(run.snapshot())[0].runs[0].split == "held-out"


def test_file_over_the_bound_says_so(builder):
    run = builder(max_size="10kB").data()
    run.trial(0)
    run.artifact(0, recipe="float32")
    run.artifact(0)
    run.choose(0)
    assert [row.over for row in file_rows(run.snapshot())] == ["over the bound of 10.0 kB", ""]


def test_trials_best_first_and_rejected_nearest_first(builder):
    run = builder(max_size="1kB").data()
    run.trial(0, 0.9)
    run.trial(1, 0.95)
    run.trial(2, state=TrialState.FAILED)
    for number, size in ((3, 3000), (4, 2000)):
        run.trial(number, state=TrialState.REJECTED, measures=Measures(1, 1, size, 1, 1, "int8"))
    run.trial(5, state=TrialState.REJECTED, measures=None)
    snapshot = run.snapshot()
    assert [row.number for row in trained(snapshot).rows] == [1, 0, 2]
    assert [row.number for row in rejected(snapshot).rows] == [4, 3, 5]


def test_front_is_that_of_the_plot(finished):
    view = front_view(finished.snapshot())
    sizes = [point.size for point in view.front]
    values = [point.value for point in view.front]
    assert sizes == sorted(sizes)
    assert values == sorted(values)
    assert view.bound == 30_000
    assert view.winner in view.front
    assert all(point.size > 30_000 for point in view.untrained)


def test_best_so_far_never_falls(finished):
    best = [step.best for step in steps(finished.snapshot()) if step.best is not None]
    assert best == sorted(best)


def test_ladder_has_a_rung_per_judged_artifact(finished):
    view = ladder_view(finished.snapshot())
    assert len(view.rungs) == 12
    assert sum(rung.chosen for rung in view.rungs) == 1


def test_kept_epoch_is_the_one_the_trial_reports(builder):
    run = builder().data()
    kept = {"val_accuracy": 0.95, "val_loss": 0.1}
    run.trial(0, None, metrics=kept, score=0.95)
    for epoch, metrics in enumerate([{"val_accuracy": 0.97, "val_loss": 0.2}, kept]):
        run.store.add_epoch(0, epoch, metrics)
    (curve,) = curves(run.snapshot())
    assert (curve.kept, curve.value) == (2, 0.95)


def test_focus_leaves_far_outliers_out():
    low, high = focus([0.99, 0.985, 0.98, 0.1], higher=True)
    assert 0.9 < low < 0.98 < 0.99 < high
    low, high = focus([0.05, 0.06, 0.07, 9.0], higher=False)
    assert low < 0.05 < 0.07 < high < 1


def test_importance_needs_enough_trials(builder):
    run = builder().data()
    for number in range(ENOUGH - 1):
        run.trial(number, 0.9 + number / 100)
    assert "Too few trials" in importance(run.snapshot()).missing


def _searched(run, score, count=40):
    for number in range(count):
        width, noise = number % 4, (number * 7) % 5
        record = {"width": width, "noise": f"n{noise}", "fixed": 1}
        if width > 1:
            record["deep/kernel"] = number // 4 % 2
        run.trial(number, score(number, record), architecture=record)
    return run.snapshot()


def test_importance_finds_what_decides(builder):
    found = importance(_searched(builder().data(), lambda _, record: 0.9 + 0.02 * record["width"]))
    assert found.missing == ""
    assert found.bars[0].name == "width"
    assert found.bars[0].drop > 5 * max(bar.drop for bar in found.bars[1:])
    assert {bar.name for bar in found.bars} == {"width", "noise", "deep/kernel"}
    assert found.skill > 0.8


def test_importance_counts_where_it_is_active(builder):
    found = importance(_searched(builder().data(), lambda _, record: 0.9 + 0.02 * record["width"]))
    assert {bar.name: bar.active for bar in found.bars}["deep/kernel"] == 20


def test_importance_claims_nothing_of_noise(builder):
    found = importance(_searched(builder().data(), lambda number, _: (number * 37 % 101) / 101))
    assert "Nothing reliable to tell" in found.missing


def test_importance_of_a_long_search_looks_at_some_trials(builder):
    snapshot = _searched(builder().data(), lambda _, record: 0.9 + 0.02 * record["width"])
    many = [replace(trial, number=i) for i, trial in enumerate(list(snapshot.trials) * 20)]
    assert importance(replace(snapshot, trials=many)).trials <= 300
