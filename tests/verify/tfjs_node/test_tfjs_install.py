"""Where TF.js comes from, and what is said when it cannot come."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from importlib.resources import files
from pathlib import Path

import pytest

from automl.errors import MissingPartError
from automl.verify import npm
from automl.verify.tfjs_node import TFJSCPURuntime, install


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AUTOML_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(npm, "failures", {})
    return tmp_path / "cache"


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{script}\n")
    path.chmod(0o755)


def test_without_node_the_reason_says_what_to_do(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    for reason in (TFJSCPURuntime().missing(), install.problem()):
        assert reason is not None
        assert "Node.js" in reason
        assert "https://nodejs.org" in reason
        assert "\n" not in reason


def test_an_old_node_is_refused(
    empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin", "node", "print('v16.20.0')")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert "version 16" in str(TFJSCPURuntime().missing())


def test_without_npm_the_reason_says_so(
    empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin", "node", "print('v20.1.0')")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert "npm" in str(TFJSCPURuntime().missing())
    assert "npm" in str(install.problem())


def test_a_failed_download_is_told_once_and_leaves_nothing(
    empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin", "node", "print('v20.1.0')")
    program(
        tmp_path / "bin",
        "npm",
        "import sys\n"
        "sys.stderr.write('npm error code ENOTFOUND\\nnpm error network request failed\\n')\n"
        "sys.exit(1)",
    )
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    said: list[str] = []
    with pytest.raises(MissingPartError, match="network request failed"):
        install.ensure(said.append)
    assert len(said) == 1
    assert "once" in said[0]
    assert "network" in str(TFJSCPURuntime().missing())
    with pytest.raises(MissingPartError):
        install.ensure(said.append)
    assert len(said) == 1
    assert [p for p in empty_cache.iterdir() if p.is_dir()] == []


def test_a_cache_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    monkeypatch.setenv("AUTOML_CACHE", str(blocker / "cache"))
    monkeypatch.setattr(npm, "failures", {})
    assert "cannot be installed" in str(TFJSCPURuntime().missing())


def test_callers_at_the_same_time_install_once(
    empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin", "node", "print('v20.1.0')")
    program(
        tmp_path / "bin",
        "npm",
        "import os, time\n"
        f"open({str(tmp_path / 'calls')!r}, 'a').write('x')\n"
        "time.sleep(0.3)\n"
        "os.makedirs('node_modules/a')\n"
        "open('node_modules/a/a.js.map', 'w').write('')",
    )
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    threads = [threading.Thread(target=install.ensure) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "calls").read_text() == "x"
    assert install.is_installed()
    assert not list(install.install_folder().rglob("*.map"))
    assert TFJSCPURuntime().missing() is None


def test_the_cache_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUTOML_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert install.cache_root() == Path("/x/automl")
    monkeypatch.setenv("AUTOML_CACHE", "/y")
    assert install.cache_root() == Path("/y")
    assert install.install_folder().name.startswith("tfjs-4.22.0-")


def test_the_lockfile_pins_versions_and_hashes_but_no_addresses() -> None:
    text = files("automl.verify.tfjs_node").joinpath("package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "http" not in text
    assert all("integrity" in entry for name, entry in packages.items() if name)
    assert set(install.installed_versions().values()) == {install.VERSION}


def test_the_operator_table_is_that_of_the_installed_converter() -> None:
    folder = install.ensure()
    resources = files("automl.export.tfjs")
    script = resources.joinpath("operators.mjs")
    done = subprocess.run(
        [install.node(), str(script), str(folder / "node_modules")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == json.loads(
        resources.joinpath("operators.json").read_text(encoding="utf-8")
    )
