"""How many workers a driver keeps busy, and what a trial costs it.

    python benchmarks/scale.py [--workers 1 2 4 ... 256] [--oracles auto asha] [--trials 1000]

Loop, oracle, SQLite store and files are those of `automl search`, on the space that it
searches for small images; only the trainings are made up. Their lengths are log-normal,
and a clock is put forward from event to event: by what the workers take and by what
the driver takes of the processor, so that a slow driver shows as idle workers. The
trials are as many as are asked for, or 12 a worker if that is more. All workers are
counted as ready at the start. Time after the last new candidate is left out: nothing
is left to do for those who are done then.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # As the search does it.

from machine import RESULTS, write_result  # noqa: E402

from automl.config_parsing import make_config  # noqa: E402
from automl.records.store import RunStore  # noqa: E402
from automl.registry import ORACLES  # noqa: E402
from automl.resolve import find_rungs  # noqa: E402
from automl.testing.simulated import SimulatedWorkers, Training  # noqa: E402
from automl.tuning.ask_tell import AskTell  # noqa: E402
from automl.tuning.budget import Budget  # noqa: E402
from automl.tuning.loop import SearchLoop  # noqa: E402
from automl.tuning.observer import Observer  # noqa: E402

#: Share of their time that 64 workers are to be at work, and seconds a trial event may take.
GOAL_BUSY, GOAL_SECONDS = 0.95, 0.005
WORKERS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
EPOCHS, EXAMPLES = 30, 20_000
LEAST_A_WORKER = 12


def score(values: dict[str, Any]) -> float:
    """Returns an accuracy that depends on every value a little, and on chance."""
    total = 0.0
    for name, value in values.items():
        total += random.Random(f"{name}={value}").gauss(0.0, 1.0)
    noise = random.Random(json.dumps(values, sort_keys=True)).gauss(0.0, 0.01)
    return min(1.0, max(0.0, 0.7 + 0.03 * total / max(1.0, len(values) ** 0.5) + noise))


def simulate(oracle: str, workers: int, trials: int, space: Any) -> dict[str, Any]:
    """Runs one search and returns what it kept busy."""
    options = {"trials": trials, "oracle": oracle, "epochs": EPOCHS}
    config = replace(make_config("digits", options), task="classification")
    config = replace(config, objective=("val_accuracy", "size"))
    rungs = find_rungs(config, EPOCHS, EXAMPLES, pausable=True)
    began = time.process_time()
    with tempfile.TemporaryDirectory() as name, RunStore(Path(name), create=True) as store:
        executor = SimulatedWorkers(workers, Path(name), score, Training())
        proposes = AskTell(
            ORACLES.get(oracle),
            space.hyperparameters(),
            space.canonical,
            config.seed,
            rungs=rungs,
            reduction=config.reduction,
        )
        store.begin_session()
        SearchLoop(
            config=config,
            store=store,
            executor=executor,
            oracle=proposes,
            guesses=space.first_guesses(),
            architecture=space.canonical,
            space={"name": space.name},
            budget=Budget(time.time(), None, trials),
            observer=Observer(),
            gate=("tflite", ("int8",)),
        ).run()
        states = {str(state): count for state, count in store.counts().items()}
    # A gate's and a training's result are events; reports of epochs are told apart.
    events, epochs = executor.events["done"], executor.events["progress"]
    return {
        **{"oracle": oracle, "workers": workers, "trials": states, "rungs": rungs},
        **{"events": events, "epoch_reports": epochs, "busy": executor.busy()},
        "driver_ms_an_event": 1000 * executor.driver_seconds / events,
        "driver_ms_a_trial": 1000 * executor.driver_seconds / sum(states.values()),
        "trials_an_hour": 3600 * sum(states.values()) / executor.seconds,
        "simulated_s": executor.seconds,
        "processor_s": time.process_time() - began,
    }


def searched_space() -> Any:
    """Returns the space of `automl search` for small grey images."""
    from search_spaces import Signature
    from search_spaces.making import make_space, resolve
    from search_spaces.signature import InputSpec, TargetSpec

    signature = Signature(InputSpec("image", (28, 28, 1)), TargetSpec("classification", 10))
    space = make_space(resolve(("auto",), signature), signature, None, ("tflite",))
    space.prepare()
    return space


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Draws throughput and the share of busy workers."""
    import matplotlib.pyplot as plt

    figure, (speed, share) = plt.subplots(1, 2, figsize=(10, 4))
    for oracle in dict.fromkeys(row["oracle"] for row in rows):
        own = [row for row in rows if row["oracle"] == oracle]
        workers = [row["workers"] for row in own]
        speed.plot(workers, [row["trials_an_hour"] for row in own], marker="o", label=oracle)
        share.plot(workers, [100 * row["busy"] for row in own], marker="o", label=oracle)
    first = rows[0]
    ideal = [first["trials_an_hour"] * n / first["workers"] for n in WORKERS]
    speed.plot(WORKERS, ideal, color="grey", linestyle=":", label="in proportion")
    share.axhline(100 * GOAL_BUSY, color="grey", linestyle=":", label="goal")
    for axes, label in ((speed, "trials an hour"), (share, "workers busy, %")):
        axes.set(xscale="log", xlabel="workers", ylabel=label)
        axes.set_xticks(WORKERS, [str(n) for n in WORKERS])
        axes.grid(alpha=0.3)
        axes.legend()
    speed.set_yscale("log")
    share.set_ylim(0, 105)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Simulates every number of workers and writes a table, JSON and a picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=WORKERS)
    parser.add_argument("--oracles", nargs="+", default=("auto", "asha"))
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--dry", action="store_true", help="Print only.")
    options = parser.parse_args()
    space, rows = searched_space(), []
    for oracle in options.oracles:
        for workers in options.workers:
            trials = max(options.trials, LEAST_A_WORKER * workers)
            row = simulate(oracle, workers, trials, space)
            rows.append(row)
            print(
                f"{oracle:6} {workers:4} workers  {row['trials_an_hour']:8.0f} trials/h"
                f"  busy {100 * row['busy']:5.1f} %  driver {row['driver_ms_an_event']:6.2f} ms"
                f" an event, {row['driver_ms_a_trial']:6.2f} ms a trial",
                flush=True,
            )
    if options.dry:
        return
    goals = {"goal_busy_of_64": GOAL_BUSY, "goal_ms_an_event": 1000 * GOAL_SECONDS}
    print(write_result("scale", {"training": asdict(Training()), **goals, "results": rows}))
    draw(rows, RESULTS / "scale.png")


if __name__ == "__main__":
    sys.exit(main())
