"""A search by three workers, with kills of workers and of the driver itself: all is accounted for.

The loop, the store, the pipes and the processes are real; only the jobs are made up.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from automl.records.store import RunStore
from automl.types import TrialState

TRIALS = 30
WORKER = """
import sys, time
from pathlib import Path
from automl.execution import jobs, worker

def run_job(name, args, context):
    size = 1000 + sum(map(ord, str(args["values"])))
    if name == "gate":
        time.sleep(0.01)
        return {"params": 1, "flops": 2, "size": size, "gzip_size": size,
                "latency_ms": None, "recipe": "float32"}
    for epoch in range(args["epochs"]):
        time.sleep(0.02)
        metrics = {"val_accuracy": size % 97 / 97, "val_loss": 1.0 / (epoch + 1)}
        context.emit({"epoch": epoch, "metrics": metrics})
    file = Path(context.run) / args["model_file"]
    file.parent.mkdir(exist_ok=True)
    file.write_text("weights")
    return {"metrics": metrics, "epochs": args["epochs"], "reason": "", "paused": False}

jobs.run_job = run_job
worker.start_backend = lambda run: None
worker.main(*sys.argv[1:])
"""
DRIVER = f"""
import json, sys, time
from dataclasses import replace
from pathlib import Path
from automl.config_parsing import make_config
from automl.execution.places import Place
from automl.execution.processes import ProcessExecutor
from automl.records.lock import locked
from automl.records.store import RunStore
from automl.registry import ORACLES
from automl.tuning.ask_tell import AskTell
from automl.tuning.budget import Budget
from automl.tuning.loop import SearchLoop
from automl.tuning.observer import Observer
import keras_tuner

folder = Path(sys.argv[1])
space = keras_tuner.HyperParameters()
space.Int("width", 0, 10_000)
config = make_config("digits", {{"trials": {TRIALS}, "oracle": "random", "epochs": 4}})
config = replace(config, task="classification", objective=("val_accuracy", "size"))
with locked(folder), RunStore(folder, create=True) as store:
    store.begin_session()
    with ProcessExecutor(folder, [Place()] * 3, module="three_workers") as executor:
        print(json.dumps(executor.pids()), flush=True)
        SearchLoop(
            config=config, store=store, executor=executor,
            oracle=AskTell(ORACLES.get("random"), space, dict, 0),
            guesses=(), architecture=dict, space={{"name": "made up"}},
            budget=Budget(time.time(), None, {TRIALS}), observer=Observer(),
            gate=("tflite", ("float32",)),
        ).run()
    store.set_fact("finished", True)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workers")
    (folder / "three_workers.py").write_text(WORKER)
    return os.environ | {"PYTHONPATH": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3"}


def start(folder, environment):
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    return driver, json.loads(driver.stdout.readline() or "[]")


def begun(folder):
    """Waits until some trials were trained in this session."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if (folder / "run.db").exists():
            with RunStore(folder) as store:
                if store.counts().get(TrialState.COMPLETED, 0) >= 3:
                    return
        time.sleep(0.05)
    raise AssertionError("nothing was trained")


def test_every_trial_is_there_once_whoever_is_killed(environment, tmp_path):
    driver, pids = start(tmp_path, environment)
    assert len(pids) == 3
    begun(tmp_path)
    # Two workers in the middle of their jobs, then the driver.
    for pid in pids[:2]:
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    children = psutil.Process(driver.pid).children()
    driver.send_signal(signal.SIGKILL)
    driver.communicate()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
    driver, pids = start(tmp_path, environment)
    _, errors = driver.communicate(timeout=120)
    assert driver.returncode == 0, errors
    check(tmp_path)


def check(folder: Path):
    with RunStore(folder) as store:
        trials = store.trials()
        epochs = {trial.number: len(store.epochs(trial.number)) for trial in trials}
        assert store.fact("finished")
    assert [trial.number for trial in trials] == list(range(TRIALS))
    assert {trial.state for trial in trials} == {TrialState.COMPLETED}
    assert set(epochs.values()) == {4}
    widths = [trial.values["width"] for trial in trials]
    assert len(set(widths)) == TRIALS
    best = max(trials, key=lambda trial: (trial.score, -trial.number))
    assert (folder / best.model_file).is_file()
