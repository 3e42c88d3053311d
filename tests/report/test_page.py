"""The page as a whole: whole, safe, the same again, and there for every kind of run."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib as mpl
import pytest

from automl.data.base import Target
from automl.types import Measures, TrialState, Verification, VerificationStatus

EVIL = '<script>alert("x")</script> & $x_1$ \' onload=alert(1)'
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Outline(HTMLParser):
    """Collects what the tests ask of a page and checks that its tags are balanced."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def test_page_of_a_finished_run(finished):
    path = finished.run().report()
    page = path.read_text(encoding="utf-8")
    outline = Outline(page)
    assert path == finished.folder / "report.html"
    assert path.stat().st_size < 400_000
    assert len([each for each in outline.all("svg") if each.get("role") == "img"]) == 4
    assert "0.9777 ± 0.0082" in outline.text
    assert "on 359 test examples" in outline.text
    assert "validation examples" in outline.text
    assert not list(finished.folder.glob(".report*"))


def test_same_records_give_the_same_bytes(finished):
    first = finished.run().report().read_bytes()
    assert finished.run().report().read_bytes() == first


def test_a_users_matplotlib_settings_neither_count_nor_change(finished):
    first = finished.run().report().read_bytes()
    with mpl.rc_context():
        mpl.rcParams["axes.facecolor"] = "#ff0000"
        mpl.rcParams["svg.fonttype"] = "path"
        assert finished.run().report().read_bytes() == first
        assert mpl.rcParams["svg.fonttype"] == "path"


def test_nothing_is_requested(finished):
    page = finished.page()
    outline = Outline(page)
    assert "http:" not in page and "https:" not in page
    assert not re.search(r"@import|url\((?!#)", page)
    for tag, attributes in outline.tags:
        for name in ("src", "href", "action", "srcset", "data", "poster"):
            target = attributes.get(name)
            assert target is None or target.startswith("#") or target == "data:,", (tag, target)


def test_policy_allows_only_our_script(finished):
    page = finished.page()
    (policy,) = [
        each["content"]
        for each in Outline(page).all("meta")
        if each.get("http-equiv") == "Content-Security-Policy"
    ]
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_ids_are_unique_and_references_resolve(finished):
    page = finished.page()
    ids = [attributes["id"] for _, attributes in Outline(page).tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    wanted = re.findall(r'(?:href="#|url\(#)([\w.-]+)', page)
    wanted += [
        word for each in re.findall(r'aria-labelledby="([^"]+)"', page) for word in each.split()
    ]
    assert set(wanted) <= set(ids)


def test_every_table_has_a_caption_and_scoped_headings(finished):
    outline = Outline(finished.page())
    assert len(outline.all("caption")) == len(outline.all("table"))
    assert all(each.get("scope") for each in outline.all("th"))


def test_plots_use_the_colours_of_the_theme_only(finished):
    page = finished.page()
    drawn = "".join(re.findall(r'<svg [^>]*role="img".*?</svg>', page, re.DOTALL))
    assert "var(--blue)" in drawn
    assert not re.search(r"(?:fill|stroke): #", drawn)


def test_points_have_tooltips(finished):
    page = finished.page()
    for trial in finished.run().trials:
        assert f"Trial {trial.number}, " in page


def test_everything_from_the_run_is_escaped(builder):
    run = builder(choices={"head": [EVIL]}).data(
        target=Target("class", (EVIL, "b")), notes=(EVIL,), uri=EVIL, source=EVIL
    )
    run.store.add_note(f"Trial 1: {EVIL}\n{EVIL}")
    run.store.set_fact("versions", {EVIL: EVIL})
    run.store.set_fact("resolved", {"space": EVIL, "oracle": EVIL})
    run.store.set_fact("gate_recipe", EVIL)
    measures = Measures(1, 2, 3000, 4, 0.1, EVIL)
    for number in range(13):
        record = {f"stage_{number % 2}/{EVIL}": EVIL, EVIL: number % 3}
        run.trial(number, 0.9 + number / 200, architecture=record, reason=EVIL, measures=measures)
    run.trial(13, state=TrialState.FAILED, reason=EVIL)
    run.trial(14, state=TrialState.REJECTED, reason=EVIL)
    failed = run.verified(EVIL, status=VerificationStatus.FAILED, reason=EVIL)
    run.artifact(0, recipe=EVIL, files={EVIL: EVIL}, path=f"export/x/{EVIL}/m")
    run.artifact(0, EVIL, EVIL, verifications=(failed,), reason=EVIL, validation_quality=0.9)
    run.store.set_fact("search_end", EVIL)
    run.choose(0, EVIL, reason=EVIL)
    page = run.page()
    outline = Outline(page)
    assert len(outline.all("script")) == 1
    assert page.count("<script") == 1
    assert not any("onload" in attributes for _, attributes in outline.tags)
    assert EVIL in outline.text
    assert "$x_1$" in page


def test_a_run_with_nothing_in_it(builder):
    text = Outline(builder().page()).text
    assert "The search has not ended, and no trial is trained yet" in text
    assert "The data has not been read yet." in text
    assert "Too few trials to tell: 0 completed, 12 are needed." in text


def test_an_interrupted_run_says_how_to_go_on(builder):
    run = builder(trials=9).data()
    run.trial(0, 0.91)
    run.trial(1, 0.93)
    run.trial(2, state=TrialState.RUNNING)
    text = Outline(run.page()).text
    assert "best validation accuracy so far 0.9300" in text
    assert f"automl search digits --trials 9 --out {run.folder}" in text


def test_a_run_in_which_nothing_was_feasible(builder):
    run = builder(max_size="1kB").data()
    run.trial(0, state=TrialState.REJECTED, reason="size 9.1 kB > --max-size 1.0 kB")
    run.trial(1, state=TrialState.REJECTED, reason="cannot be converted", measures=None)
    run.store.set_fact("search_end", "300 candidates in a row were rejected before training")
    text = Outline(run.page()).text
    assert "no candidate met the constraints" in text
    assert "size 9.1 kB > --max-size 1.0 kB" in text
    assert "2 candidates rejected before training" in text


def test_missing_runtime_is_never_called_verified(builder):
    run = builder(export=["tfjs"]).data()
    run.trial(0)
    skipped = Verification("tfjs-cpu", VerificationStatus.SKIPPED, reason="Node.js is missing.")
    run.artifact(0, "tfjs", "float32", verifications=(skipped,))
    run.choose(0, "float32")
    run.finish()
    outline = Outline(run.page())
    badges = [each for each in outline.texts if each.strip() == "verified"]
    assert badges == []
    assert "not verified" in outline.text
    assert "Node.js is missing." in outline.text


def test_diverged_and_unmeasured_trials_do_not_break_the_plots(builder):
    run = builder().data()
    run.trial(0, 0.98)
    run.trial(1, None, metrics={"val_accuracy": float("nan")}, score=0.1)
    run.trial(2, 0.1, measures=Measures(1, None, None, None, None, "int8"))
    text = Outline(run.page()).text
    assert "\N{EN DASH}" in text


def test_loss_as_objective(builder):
    run = builder(objective=["val_loss", "size"]).data()
    for number in range(4):
        run.trial(number, 0.9 + number / 100, score=-(0.1 - number / 100))
    text = Outline(run.page()).text
    assert "best validation loss so far 0.0700" in text
    assert "Further down and left is better." in text


def test_many_trials_stay_small(builder):
    run = builder(max_size="1kB").data()
    for number in range(450):
        run.trial(number, state=TrialState.REJECTED, reason="size 9.1 kB > --max-size 1.0 kB")
    page = run.page()
    assert "150 more rows in the run's records." in Outline(page).text.replace("'", "'")
    assert len(page) < 400_000


@pytest.mark.parametrize("name", ["tensorflow", "keras", "matplotlib.pyplot", "sklearn"])
def test_nothing_heavy_is_imported(name):
    code = f"import sys, automl.report.build; sys.exit({name!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
