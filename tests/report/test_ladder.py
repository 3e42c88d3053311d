"""The compression ladder on the page."""

from __future__ import annotations

from automl.report.ladder import ladder_rows
from automl.report.plots.ladder import ladder_plot


def pruned(run, **changes):
    step = {"step": "prune", "summary": "prune 80%", "seconds": 75.0, "params": 9, "facts": {}}
    fields = {"size": 7500, "gzip_size": 2040, "validation_quality": 0.975, "ram": 4200}
    return run.artifact(
        *(0,),
        recipe="prune80_int8",
        path="export/.staging/0/tflite/prune80_int8/model.tflite",
        steps=(step | {"claims": []},),
        **fields | changes,
    )


def laddered(builder, **changes):
    run = builder().data()
    run.trial(0, 0.98)
    run.artifact(0, recipe="float32", size=30_000, gzip_size=25_000)
    run.artifact(0, recipe="int8", size=7500, gzip_size=5100)
    pruned(run, **changes)
    run.artifact(0, recipe="int16", path="", size=0, reason="the worker ended: SIGSEGV")
    run.choose(0)
    run.finish()
    return run


def test_each_row_says_what_a_step_cost_and_brought(builder):
    rows = {row.recipe: row for row in ladder_rows(laddered(builder).snapshot())}
    assert rows["int8"].words == "ships"
    assert (rows["prune80_int8"].training, rows["prune80_int8"].ram) == ("1m15s", "4.2 kB")
    assert rows["prune80_int8"].brought == ("1.00x the bytes, 0.40x gzipped, -0.50 points, of int8")
    assert rows["int16"].words == "failed: the worker ended: SIGSEGV"
    assert rows["int16"].size == "-"


def test_what_lost_too_much_is_told_with_its_number(builder):
    snapshot = laddered(builder, validation_quality=0.91).snapshot()
    (row,) = [each for each in ladder_rows(snapshot) if each.recipe == "prune80_int8"]
    assert row.words == "loses 7 points; 1 point allowed"


def test_the_page_holds_the_table_and_a_line_for_each_recipe(builder):
    run = laddered(builder)
    page = run.page()
    assert "0.40x gzipped" in page
    assert "prune 80%" in page
    plot = ladder_plot(run.snapshot())
    assert [key.text for key in plot.keys][:3] == ["float32", "int8", "prune80_int8"]


def test_what_was_only_compared_is_no_exported_file(builder):
    run = laddered(builder)
    assert [a.recipe for a in run.run().artifacts if a.recipe == "prune80_int8"] == []
    run.choose(0, "prune80_int8")
    assert [a.recipe for a in run.run().artifacts if a.recipe == "prune80_int8"]
