"""A page in a browser of its own: what it sends, and what is said where it sends nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from automl.errors import MissingPartError, VerificationError
from automl.verify.browser import finding
from automl.verify.browser.asking import ask_page

SEND = "fetch('done', {method: 'POST', body: JSON.stringify(%s)})"


@pytest.fixture
def chromium() -> None:
    if reason := finding.problem():
        pytest.skip(reason)


def page(script: str) -> dict[str, Path | bytes]:
    return {
        "index.html": b"<!doctype html><script type=module src=page.mjs></script>",
        "page.mjs": script.encode(),
    }


@pytest.mark.usefixtures("chromium")
def test_a_page_reads_files_and_sends_bytes_and_a_record(tmp_path: Path) -> None:
    (tmp_path / "inside.txt").write_text("inside")
    (tmp_path.parent / "outside.txt").write_text("outside")
    script = (
        "const text = async (place) => {"
        " const answer = await fetch(place); return [answer.status, await answer.text()]; };"
        "await fetch('sent/part', {method: 'POST', body: new Uint8Array([1, 2])});"
        "const found = await Promise.all(['a', 'folder/inside.txt', 'folder/..%2foutside.txt',"
        " '../index.html'].map(text));" + SEND % "{found}"
    )
    answer = ask_page(page(script) | {"a": b"A", "folder": tmp_path}, timeout_s=60)
    assert answer.parts == {"part": b"\x01\x02"}
    assert answer.record["found"] == [[200, "A"], [200, "inside"], [404, ""], [404, ""]]


@pytest.mark.usefixtures("chromium")
def test_what_a_page_says_went_wrong_is_the_error() -> None:
    with pytest.raises(VerificationError, match="no luck today"):
        ask_page(page(SEND % "{error: 'no luck\\n today'}"), timeout_s=60)


@pytest.mark.usefixtures("chromium")
def test_a_page_that_hangs_is_ended_in_time() -> None:
    began = time.monotonic()
    with pytest.raises(VerificationError, match="within 3 s"):
        ask_page(page("for (;;);"), timeout_s=3)
    assert time.monotonic() - began < 20


def test_a_browser_that_ends_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "chrome"
    fake.write_text("#!/bin/sh\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setenv(finding.SETTING, str(fake))
    assert finding.find_chromium() == str(fake)
    with pytest.raises(VerificationError, match="chrome ended with code 3"):
        ask_page(page(""), timeout_s=30)


def test_a_browser_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(finding.SETTING, str(tmp_path / "nothing"))
    assert finding.SETTING in str(finding.problem())
    with pytest.raises(MissingPartError, match=finding.SETTING):
        ask_page(page(""), timeout_s=1)
    monkeypatch.delenv(finding.SETTING)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(finding, "_ELSEWHERE", ())
    assert "apt install chromium" in str(finding.problem())
