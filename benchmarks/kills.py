"""Does a search that is killed at any moment end as if it had never been?

    python benchmarks/kills.py [--moments 100] [--real 10] [--seed 0]

A search with made-up trainings (`made_up_search.py`: the real loop, store, lock,
worker and files) is killed, the driver's whole process group and its worker, at
random moments, and started again each time until it is through. Then its trials,
ranking, scores and files are compared with those of the same search undisturbed.
The same is done with a real search of digits on the command line: small networks,
trained in two rungs, so that builds, pauses and promotions are killed, too.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import made_up_search
import psutil

COMMAND = (
    *("search", "digits", "--trials", "4", "--epochs", "6", "--rungs", "2", "--seed", "0"),
    *("--oracle", "random", "--space", "mlp", "--max-params", "20k", "--finalists", "0"),
    *("--compress", "float32", "--export", "tflite", "--fresh", "--no-learn", "--quiet"),
)
#: Children are forked from a process that has imported everything, in milliseconds.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["made_up_search", "automl.tuning.loop", "automl.testing.oracles"])


def _search(folder: str, trials: int, seed: int, oracle: str) -> None:
    os.setsid()
    made_up_search.search(Path(folder), trials, seed, oracle)


def begin(folder: Path, trials: int, seed: int, oracle: str) -> Any:
    """Starts a made-up search in a process group of its own."""
    process = _CONTEXT.Process(target=_search, args=(str(folder), trials, seed, oracle))
    process.start()
    return process


def _help(folder: str) -> None:
    from automl.execution.helping import help_run

    help_run(Path(folder), module="made_up_search")


def join(folder: Path) -> Any:
    """Starts a command that helps a made-up search, once that has begun."""
    while not (folder / "join.json").exists():
        time.sleep(0.01)
    process = _CONTEXT.Process(target=_help, args=(str(folder),))
    process.start()
    return process


def kill(pid: int) -> None:
    """Kills a process group and every child of its leader, as a power cut would."""
    with suppress(psutil.NoSuchProcess, ProcessLookupError):
        children = psutil.Process(pid).children(recursive=True)
        os.killpg(pid, signal.SIGKILL)
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()


def intact(folder: Path) -> bool:
    """Returns whether a store, if there is one, is whole."""
    file = folder / "run.db"
    if not file.exists():
        return True
    with sqlite3.connect(file) as db:
        return db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def killed(
    folder: Path, moments: int, chance: random.Random, trials: int, seed: int, oracle: str
) -> int:
    """Kills a search up to `moments` times until it is through; returns how often it was."""
    times, longest = 0, 1.0
    while True:
        process, began = begin(folder, trials, seed, oracle), time.monotonic()
        last = times >= moments
        process.join(None if last else chance.uniform(0.0, longest))
        if process.exitcode is None:
            kill(process.pid)
            process.join()
            times += 1
            if not intact(folder):
                raise AssertionError(f"{folder} is corrupt after kill {times}")
        elif process.exitcode == 0:
            return times
        else:
            took = time.monotonic() - began
            raise AssertionError(f"it failed after {took:.2f} s with code {process.exitcode}")


def try_moments(
    folder: Path, moments: int, seed: int = 0, trials: int = 40, oracle: str = "random"
) -> dict[str, Any]:
    """Kills made-up searches at random moments and compares each with an undisturbed one.

    Returns:
        ``kills`` and ``searches``, and ``different``, the seeds of those that were.
    """
    chance, kills, different, number = random.Random(seed), 0, [], 0
    while kills < moments:
        number += 1
        straight, broken = folder / f"straight_{number}", folder / f"broken_{number}"
        whole = begin(straight, trials, number, oracle)
        kills += killed(broken, moments - kills, chance, trials, number, oracle)
        whole.join()
        if made_up_search.outcome(straight) != made_up_search.outcome(broken):
            different.append(number)
    return {"kills": kills, "searches": number, "different": different}


def _real(out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "automl_cli", *COMMAND, "--out", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def try_real(folder: Path, moments: int, seed: int) -> dict[str, Any]:
    """Does the same with a search of digits on the command line."""
    import automl

    chance, kills, different, number = random.Random(seed), 0, 0, 0
    began = time.monotonic()
    if _real(folder / "straight").wait() != 0:
        raise AssertionError("the undisturbed search failed")
    longest = time.monotonic() - began
    expected = _facts(automl.load_run(folder / "straight"))
    while kills < moments:
        number += 1
        out = folder / f"broken_{number}"
        while True:
            process = _real(out)
            try:
                wait = None if kills >= moments else chance.uniform(0.3, 0.8) * longest
                if process.wait(wait) != 0:
                    raise AssertionError("a resumed search failed")
                break
            except subprocess.TimeoutExpired:
                kill(process.pid)
                process.wait()
                kills += 1
                if not intact(out):
                    raise AssertionError(f"{out} is corrupt") from None
        different += _facts(automl.load_run(out)) != expected
    return {"kills": kills, "searches": number, "different": different}


def _facts(run: Any) -> list[Any]:
    artifact = run.artifact
    trials = [(t.number, t.values, t.state, t.score, t.metrics, t.epochs) for t in run.trials]
    return [trials, run.choice, artifact.files if artifact else None]


def _earlier() -> dict[str, Any]:
    """Returns what the last runs found, so that the two parts can be run one at a time."""
    from machine import RESULTS

    file = RESULTS / "kills.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    return {part: known[part] for part in ("made_up", "real") if part in known}


def main() -> None:
    """Kills as often as asked for and writes what came of it."""
    from machine import write_result

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=100)
    parser.add_argument("--real", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    record: dict[str, Any] = _earlier() | {"seed": options.seed}
    with tempfile.TemporaryDirectory() as folder:
        if options.moments:
            record["made_up"] = try_moments(Path(folder, "made_up"), options.moments, options.seed)
            print("made-up trainings:", record["made_up"])
        if options.real:
            record["real"] = try_real(Path(folder, "real"), options.real, options.seed)
            print("real trainings:", record["real"])
    print(write_result("kills", record))


if __name__ == "__main__":
    main()
