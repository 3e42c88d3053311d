"""`automl verify FILE` and `automl bench FILE`: what is said where nothing need be run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with its manifest, far from any run."""
    file = tmp_path / "tflite" / "int8" / "model.tflite"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\x00\x00\x00\x00TFL3" + b"\x01" * 90)
    artifact = {
        "trial": 0,
        "recipe": "int8",
        "path": "export/tflite/int8/model.tflite",
        "files": {file.name: hashlib.sha256(file.read_bytes()).hexdigest()},
    }
    record = {"format": "tflite", "artifacts": [artifact]}
    (tmp_path / "tflite" / "manifest.json").write_text(json.dumps(record))
    return file


def test_an_untouched_file_is_verified_by_its_hash(
    command: Callable[..., Any], file: Path, tmp_path: Path
) -> None:
    done = command("verify", file, "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    (artifact,) = json.loads(done.out)
    assert artifact["status"] == "verified"
    assert [v["runtime"] for v in artifact["verifications"]] == ["sha256"]


def test_a_tampered_file_ends_with_code_4(
    command: Callable[..., Any], file: Path, tmp_path: Path
) -> None:
    file.write_bytes(file.read_bytes()[:-1] + b"\x02")
    done = command("verify", file, cwd=tmp_path)
    assert done.code == 4
    assert "sha256" in done.err
    assert "model.tflite" in done.err
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("verify", "tflite/int8/model.tflite", "--target", "x"), "need --data"),
        (("verify", "tflite", "--data", "digits"), "An exported file is one of"),
        (("verify", "tflite/int8", "--runtime", "tfjs-cup"), "Did you mean 'tfjs-cpu'"),
        (("verify", "nowhere", "--data", "digits"), "its own test data"),
        (("bench", "nowhere"), "An exported file is one of"),
        (("bench", "tflite/int8"), "cannot be read as a tflite file"),
        (("bench", "nowhere.tflite"), "does not exist"),
        (("verify", "nowhere.tflite"), "does not exist"),
        (("bench", "tflite/int8", "--threads", "0"), "0"),
    ],
)
def test_what_is_wrong_is_said(
    command: Callable[..., Any], file: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    done = command(*words, cwd=tmp_path)
    assert done.code == 2
    assert told in done.err
