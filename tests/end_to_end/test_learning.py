"""A second search on the same kind of data begins with what the first found."""

from __future__ import annotations

from automl.run import Run
from automl.tuning.loop import LEARNED

SMALL = (
    *("search", "digits", "--space", "mlp", "--epochs", "2", "--compress", "float32"),
    *("--export", "tflite", "--quiet"),
)


def test_what_one_search_found_the_next_begins_with(command, tmp_path, own_home):
    env = {"AUTOML_HOME": str(own_home)}
    first = command(
        *(*SMALL, "--trials", "2", "--finalists", "1", "--repeats", "2", "--out", "a"),
        cwd=tmp_path,
        env=env,
    )
    assert first.code == 0, first.err
    run = Run(tmp_path / "a")
    assert {trial.proposed_by for trial in run.trials} == {"first guess"}
    # One of the two was trained twice more; its best weights are those that ship.
    (standing,) = run.fact("standings")
    assert standing["trial"] == run.choice.trial
    assert len(standing["values"]) == 2
    assert run.load_model().count_params() == run.best.measures.params

    second = command(
        *(*SMALL, "--trials", "1", "--finalists", "0", "--out", "b"), cwd=tmp_path, env=env
    )
    assert second.code == 0, second.err
    (trial,) = Run(tmp_path / "b").trials
    assert trial.proposed_by == LEARNED
    assert trial.values == run.best.values
