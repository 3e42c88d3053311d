"""The headline says what the records say."""

from __future__ import annotations

from dataclasses import replace

from automl.report.verdict import Mood, verdict
from automl.types import TrialState, VerificationStatus


def test_verified(finished):
    found = verdict(finished.snapshot())
    assert (found.mood, found.badge) == (Mood.GOOD, "verified")
    assert found.headline.endswith("with a test accuracy of 0.9777")
    assert found.resume == ""
    assert found.files == ""


def test_a_file_that_is_no_better_than_none_is_no_good_news(finished):
    warned = replace(finished.snapshot(), warning="The chosen file is no better than a guess.")
    found = verdict(warned)
    assert (found.mood, found.badge) == (Mood.WARNING, "no gain")
    assert found.why.startswith("The chosen file is no better than a guess. ")


def test_figures_name_the_examples(finished):
    figures = {figure.label: figure for figure in verdict(finished.snapshot()).figures}
    assert figures["Test accuracy"].value == "0.9777 ± 0.0082"
    assert figures["Test accuracy"].detail == "on 359 test examples; Keras model 0.9805"
    assert figures["Latency"].value == "3.1 µs"


def test_chosen_file_failed(builder):
    run = builder().data()
    run.trial(0)
    run.artifact(0, path="", reason="litert: an output is NaN", verifications=())
    run.choose(0)
    run.finish()
    found = verdict(run.snapshot())
    assert found.mood is Mood.BAD
    assert "litert: an output is NaN" in found.why


def test_other_files_that_failed_are_counted(builder):
    run = builder().data()
    run.trial(0)
    run.artifact(0)
    run.artifact(0, "tfjs", "float32", path="", reason="died", verifications=())
    run.choose(0)
    run.finish()
    found = verdict(run.snapshot())
    assert found.badge == "verified"
    assert found.files.startswith("Of 2 files: 1 verified, 1 failed.")


def test_chosen_and_not_shipped_yet(builder):
    run = builder().data()
    run.trial(0)
    staged = run.verified(examples=288)
    run.artifact(0, path="export/.staging/0/tflite/int8/model.tflite", verifications=(staged,))
    run.choose(0)
    found = verdict(run.snapshot())
    assert found.mood is Mood.OPEN
    assert [figure.label for figure in found.figures][:2] == ["Size", "Validation accuracy"]
    assert "--out" in found.resume


def test_all_trials_failed(builder):
    run = builder().data()
    run.trial(0, state=TrialState.FAILED, reason="loss is NaN")
    run.store.set_fact("search_end", "the time was up")
    found = verdict(run.snapshot())
    assert found.headline == "Nothing to ship: the only trained trial failed"
    assert "loss is NaN" in found.why


def test_every_artifact_refused(builder):
    run = builder().data()
    run.trial(0)
    broken = run.verified(status=VerificationStatus.FAILED, reason="4 of 8 outputs are NaN")
    run.artifact(0, verifications=(broken,))
    run.store.set_fact("search_end", "the time was up")
    found = verdict(run.snapshot())
    assert found.mood is Mood.OPEN
    assert "trial 0 as int8: 4 of 8 outputs are NaN" in found.why


def test_a_run_in_which_no_file_passed_says_so(builder):
    run = builder().data()
    run.trial(0)
    run.store.set_fact("search_end", "the time was up")
    run.store.set_fact("failure", "No artifact passed. trial 0 int8: 3 outputs are NaN.")
    found = verdict(run.snapshot())
    assert found.badge == "failed"
    assert "3 outputs are NaN" in found.why
