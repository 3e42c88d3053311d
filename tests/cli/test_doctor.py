"""`automl doctor` says of every part whether it works."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from automl.registry import RUNTIMES
from automl.versions import DISTRIBUTIONS

Command = Callable[..., Any]


def test_every_part_is_examined(command: Command, tmp_path: Path) -> None:
    done = command("doctor", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    found = {entry["part"]: entry for entry in json.loads(done.out)}
    for part in (*DISTRIBUTIONS, "node", "keras on tensorflow"):
        assert found[part]["works"], found[part]
    for name in RUNTIMES.names():
        entry = found[f"runtime {name}"]
        # What an extra or a browser brings may be missing; then it says how to get it.
        assert entry["works"] or " install " in entry["remark"], entry
    for name in ("litert", "tfjs-cpu", "tfjs-wasm"):
        assert found[f"runtime {name}"]["works"], found[f"runtime {name}"]
    assert "CPU" in found["keras on tensorflow"]["remark"]
    assert "core(s)" in found["cpu"]["remark"]
    assert "float32" in found["cpu"]["remark"]


def test_without_node_it_says_what_to_do(command: Command, tmp_path: Path) -> None:
    done = command("doctor", cwd=tmp_path, env={"PATH": "/nowhere"})
    assert done.code == 0, done.err
    lines = {line[4:36].strip(): line for line in done.out.splitlines()}
    assert lines["runtime litert"].startswith("ok")
    for part in ("node", "runtime tfjs-cpu", "runtime tfjs-wasm"):
        assert lines[part].startswith("--")
        assert "install Node.js 18" in lines[part]
