"""A search whose trainings are made up: everything else is the real thing.

The loop, the store, the lock, the worker process, the pipes and the files are those
of `automl search`; what a trial yields is computed from its values, in milliseconds.
Run as a module it is the worker, which imports no backend.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

#: Seconds of one gate, and of one epoch.
GATE, EPOCH = 0.003, float(os.environ.get("MADE_UP_EPOCH", "0.004"))
#: One candidate in so many is too large, one raises.
REJECTED, FAILING = 6, 11
SIZE_BOUND = 10_000


def draw(values: dict[str, Any], what: str) -> float:
    """Returns a number from 0 to 1 that depends on nothing but the values."""
    text = json.dumps([what, values], sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6]) / 2**48


def gate(args: dict[str, Any]) -> dict[str, Any]:
    """Measures a candidate that is not there."""
    time.sleep(GATE)
    large = int(draw(args["values"], "gate") * 1e6) % REJECTED == 0
    size = 2 * SIZE_BOUND if large else int(SIZE_BOUND * draw(args["values"], "size"))
    return {
        **{"params": size, "flops": 2 * size, "size": size, "gzip_size": size},
        **{"latency_ms": None, "recipe": "float32"},
    }


def train(args: dict[str, Any], run: Path, emit: Any) -> dict[str, Any]:
    """Trains a model that is not there, and leaves a file all the same."""
    values, epochs = args["values"], args["epochs"]
    state = {"epochs": 0, "history": []}
    if args.get("resume_file"):
        state = json.loads((run / args["resume_file"]).read_text())
    if int(draw(values, "train") * 1e6) % FAILING == 0:
        raise ValueError("made to fail")
    until = min(args.get("until") or epochs, epochs)
    for epoch in range(state["epochs"], until):
        time.sleep(EPOCH)
        metrics = {"val_accuracy": quality(values, epoch), "val_loss": 1.0 / (epoch + 1)}
        state = {"epochs": epoch + 1, "history": [*state["history"], metrics]}
        emit({"epoch": epoch, "metrics": metrics})
    paused = until < epochs and "pause_file" in args
    file = run / (args["pause_file"] if paused else args["model_file"])
    write(file, json.dumps(state | {"values": values, "seed": args["seed"]}, sort_keys=True))
    return {
        **{"metrics": state["history"][-1], "epochs": until, "reason": "", "error": 0.01},
        **{"paused": paused, "copied": ""},
    }


def quality(values: dict[str, Any], epoch: int) -> float:
    """Returns the accuracy after an epoch: a curve of its own for all values."""
    return round(draw(values, "quality") * (1 - 0.5 ** (epoch + 1)), 6)


def write(file: Path, text: str) -> None:
    """Writes in two halves, so that a kill may come between them; whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.stem}.tmp{file.suffix}")
    half = len(text) // 2
    with temporary.open("w") as out:
        out.write(text[:half])
        out.flush()
        time.sleep(0.002)
        out.write(text[half:])
    os.replace(temporary, file)


def search(
    folder: Path,
    trials: int = 40,
    seed: int = 0,
    oracle: str = "random",
    make_executor: Callable[[Path], Any] | None = None,
) -> str:
    """Searches in a folder, or goes on there; returns why it ended.

    Args:
        folder: Of the run.
        trials: Trials to train.
        seed: Of the search.
        oracle: Name of the strategy.
        make_executor: Makes what runs the jobs; one worker process by default.
    """
    from automl.config_parsing import make_config
    from automl.records.lock import locked
    from automl.records.store import RunStore
    from automl.registry import ORACLES
    from automl.testing.oracles import active, conditional_space
    from automl.tuning.ask_tell import AskTell
    from automl.tuning.budget import Budget
    from automl.tuning.loop import SearchLoop
    from automl.tuning.observer import Observer
    from automl.versions import versions

    def canonical(values: Any) -> Any:
        return active(conditional_space(), values)

    options = {"trials": trials, "seed": seed, "oracle": oracle, "epochs": 6}
    options |= {"max_size": SIZE_BOUND, "objective": ("val_accuracy", "size")}
    config = replace(make_config("digits", options), task="classification")
    with locked(folder), RunStore(folder, create=True) as store:
        store.set_facts({"config": config.to_dict(), "versions": versions()})
        used = store.begin_session()
        make = make_executor or one_worker
        with make(folder) as executor:
            end = SearchLoop(
                config=config,
                store=store,
                executor=executor,
                oracle=AskTell(ORACLES.get(oracle), conditional_space(), canonical, seed),
                guesses=(),
                architecture=canonical,
                space={"name": "made up"},
                budget=Budget(time.time() - used, None, trials),
                observer=Observer(),
                gate=("tflite", ("float32",)),
            ).run()
        store.set_fact("finished", True)
    return end


def one_worker(folder: Path) -> Any:
    """Returns an executor with one worker process, which others may join."""
    from automl.execution.processes import ProcessExecutor

    return ProcessExecutor(folder, joinable=True, module="made_up_search")


def outcome(folder: Path) -> list[Any]:
    """Returns all that must not depend on when a search was killed."""
    from automl.records.store import RunStore

    with RunStore(folder) as store:
        trials = [replace(trial, seconds=0.0) for trial in store.trials()]
        ranking = [trial.number for trial in store.best_trials(len(trials))]
        epochs = [store.epochs(trial.number) for trial in trials]
    files = {file.name: file.read_text() for file in (folder / "models").glob("*")}
    return [trials, ranking, epochs, files]


def serve(run: str, *given: str) -> None:
    """Is the worker: the real one, but for what it imports and what its jobs do."""
    from automl.execution import jobs, worker

    def run_job(name: str, args: dict[str, Any], context: Any) -> dict[str, Any]:
        return gate(args) if name == "gate" else train(args, Path(run), context.emit)

    jobs.run_job = run_job
    worker.start_backend = lambda run: None
    worker.main(run, *given)


if __name__ == "__main__":
    serve(*sys.argv[1:])
