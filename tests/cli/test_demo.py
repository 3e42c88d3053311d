"""`automl demo` as a person starts and ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The least that is taken for a site."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<!doctype html>hello")
    (site / "demo.json").write_text(json.dumps({"version": 1}))
    return site


@contextmanager
def serving(*words: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "automl_cli", "demo", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"BROWSER": "false"},
        # A shell in the background ignores Ctrl-C, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def test_it_tells_its_address_serves_and_ends_with_ctrl_c(site: Path) -> None:
    with serving(site, "--no-open", "--port", "0") as (process, url):
        assert url.startswith("http://localhost:")
        with urllib.request.urlopen(url.replace("localhost", "127.0.0.1"), timeout=20) as answer:
            assert answer.read() == b"<!doctype html>hello"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Warning" not in told
        assert "Traceback" not in told


def test_letting_others_in_is_warned_of(site: Path) -> None:
    with serving(site, "--no-open", "--port", "0", "--host", "0.0.0.0") as (process, url):
        assert url.startswith("http://0.0.0.0:")
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
        assert "Warning: everybody who reaches 0.0.0.0" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere",), "which does not exist"),
        ((".",), "A demo is of a run's folder"),
        ((".", "--port", "99999"), "99999"),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_line(
    command: Callable[..., Any], tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    done = command("demo", *words, cwd=tmp_path)
    assert done.code == 2
    assert told in done.err
