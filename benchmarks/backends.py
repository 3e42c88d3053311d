"""The same search of the digits on TensorFlow and on JAX: trials a minute, and what they reach.

    python benchmarks/backends.py [--trials 6] [--epochs 27] [--spaces cnn transformer]

Both begin from the same weights and train the same candidates; the user's own compiled
programs are left aside (`$AUTOML_CACHE` is an empty folder), and a second search on JAX
shows what they bring. Processor seconds count every process of the command, and are less
shaken by other work on the machine than the clock is.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import write_result

from automl.run import Run
from automl.types import TrialState

SEARCH = ("search", "digits", "--finalists", "0", "--compress", "int8", "--export", "tflite")
#: Backend, and how it is called where what it compiled before is at hand.
ORDER = (("tensorflow", "tensorflow"), ("jax", "jax"), ("jax", "jax, compiled before"))


def searched(
    space: str, backend: str, out: Path, cache: Path, options: list[str]
) -> dict[str, Any]:
    """Searches once and returns what it took and reached."""
    words = [*SEARCH, "--space", space, "--backend", backend, "--out", str(out), *options]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "automl_cli", *words, "--quiet"],
        env=os.environ | {"AUTOML_HOME": "", "AUTOML_CACHE": str(cache)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    run = Run(out)
    trials = [trial for trial in run.trials if trial.state is TrialState.COMPLETED]
    return {
        "seconds": seconds,
        "processor_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "trial_seconds": [trial.seconds for trial in trials],
        "scores": [trial.score for trial in trials],
        "test_accuracy": [each.verifications[0].quality for each in run.artifacts],
        "status": [str(each.status) for each in run.artifacts],
    }


def main() -> None:
    """Searches every space on every backend and writes results/backends.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", default="6")
    parser.add_argument("--epochs", default="27")
    parser.add_argument("--spaces", nargs="+", default=["cnn", "transformer"])
    args = parser.parse_args()
    options = ["--trials", args.trials, "--epochs", args.epochs, "--rungs", "off", "--seed", "0"]
    found: dict[str, Any] = {}
    print("space        backend                trials/min  processor s/trial  best val  test int8")
    for space in args.spaces:
        with tempfile.TemporaryDirectory() as folder:
            for backend, name in ORDER:
                out, cache = Path(folder) / name.replace(", ", "-"), Path(folder) / "cache"
                record = searched(space, backend, out, cache, options)
                found.setdefault(space, {})[name] = record
                count = len(record["scores"])
                print(
                    f"{space:12} {name:22} {60 * count / sum(record['trial_seconds']):10.2f}"
                    f"  {record['processor_seconds'] / count:17.1f}  {max(record['scores']):8.4f}"
                    f"  {record['test_accuracy'][0]:9.4f}",
                    flush=True,
                )
    write_result("backends", {"options": options, "spaces": found})


if __name__ == "__main__":
    main()
