"""What the report says of models that were trained several times."""

from __future__ import annotations

from dataclasses import replace

from automl.finalists.standings import Standing
from automl.report.build import render
from automl.report.facts import model_facts
from automl.report.finalists import finalist_rows


def standing(trial, mean, behind, error, values=3):
    return Standing(
        trial=trial,
        values=tuple([mean] * values),
        mean=mean,
        spread=0.002 if values > 1 else None,
        behind=behind,
        error=error,
        weights=1,
        figures={"val_accuracy": mean},
        kept_figures={"val_accuracy": mean + 0.003},
    )


def test_it_says_which_models_cannot_be_told_apart(finished):
    snapshot = finished.snapshot()
    number = snapshot.choice.trial
    found = (
        standing(number, 0.95, 0.0, 0.0),
        standing(7, 0.948, 0.002, 0.004),
        standing(8, 0.9, 0.05, 0.01),
        standing(9, 0.94, 0.01, None, values=1),
    )
    snapshot = replace(snapshot, standings=found)
    rows = finalist_rows(snapshot)
    assert [row.words for row in rows] == [
        "the best on average",
        "cannot be told from the best",
        "surely worse",
        "not compared example by example",
    ]
    assert [row.chosen for row in rows] == [True, False, False, False]
    assert rows[1].behind == "0.0020 ± 0.0040"
    assert (rows[3].trainings, rows[3].spread) == (1, "\N{EN DASH}")
    page = render(snapshot)
    assert "The finalists" in page
    assert "cannot be told from the best" in page
    told = {fact.name: fact.text for fact in model_facts(snapshot.winner, snapshot)}
    assert told["Trained again"].startswith("3 times: on average 0.9500")
    assert "0.9530" in told["Trained again"]


def test_a_run_without_finalists_has_no_such_table(finished):
    snapshot = replace(finished.snapshot(), standings=())
    assert finalist_rows(snapshot) == []
    assert "The finalists" not in render(snapshot)
