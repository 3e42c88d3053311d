"""Trials an hour of our search, N trials a device, against plain KerasTuner on the same trials.

    KERAS_BACKEND=jax python benchmarks/accelerator.py [--trials 16] [--epochs 5]
        [--per-device 1 4 8] [--spaces cnn transformer] [--examples 8000]

Needs Keras, KerasTuner (and `six`, which it forgets to name), psutil and a backend; on JAX
no TensorFlow, as nothing is converted: the gate answers at once with a number of weights.
The store, the loop, the workers and the training job are those of `automl search`.
KerasTuner is given the same configurations, in the same order, by an oracle that lists
them, and fits them one after another as it does. Each side runs in processes of its own,
and its imports are not counted. The GPU's utilization is sampled by nvidia-smi.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from machine import write_result

from automl.config import SearchConfig
from automl.execution.base import EventKind, JobEvent
from automl.execution.machine import this_machine
from automl.execution.planning import places_for
from automl.execution.processes import ProcessExecutor
from automl.hardware.choosing import choose_devices
from automl.hardware.keeping import keep_devices

BACKEND = os.environ.get("KERAS_BACKEND", "tensorflow")
CLASSES = 10
#: Space -> kind of input, and its shape.
DATA = {"cnn": ("image", (32, 32, 3)), "transformer": ("series", (64, 16))}
#: Seconds between two looks at the GPU.
PAUSE = 0.5


def make_data(space: str, examples: int) -> tuple[Any, Any]:
    """Returns noisy examples of a pattern for each class, and their classes."""
    import numpy as np

    rng = np.random.default_rng(0)
    kind, shape = DATA[space]
    y = rng.integers(0, CLASSES, examples)
    patterns = rng.normal(size=(CLASSES, *shape)).astype("float32")
    x = patterns[y] + 2.0 * rng.normal(size=(examples, *shape)).astype("float32")
    if kind == "image":
        x = np.clip(x * 32 + 128, 0, 255).astype("uint8")
    return x, y


class Utilization(threading.Thread):
    """Samples what nvidia-smi says of the GPUs; has nothing where there is none."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.samples: list[tuple[float, float]] = []
        self._over = threading.Event()

    def run(self) -> None:
        """Looks until it is told that it is over."""
        query = ["nvidia-smi", "--query-gpu=utilization.gpu,memory.used"]
        while not self._over.wait(PAUSE):
            try:
                done = subprocess.run(
                    [*query, "--format=csv,noheader,nounits"],
                    capture_output=True,
                    text=True,
                    check=True,
                    timeout=10,
                )
            except (OSError, subprocess.SubprocessError):
                return
            self.samples += read_utilization(done.stdout)

    def end(self) -> dict[str, float | None]:
        """Stops and returns the mean utilization in percent and the largest memory in MiB."""
        self._over.set()
        self.join()
        if not self.samples:
            return {"gpu_percent": None, "gpu_mib": None}
        busy, memory = zip(*self.samples, strict=True)
        return {"gpu_percent": round(statistics.mean(busy), 1), "gpu_mib": max(memory)}


def read_utilization(text: str) -> list[tuple[float, float]]:
    """Reads lines of percent and MiB."""
    lines = (line.split(",") for line in text.splitlines() if line.count(",") == 1)
    return [(float(a), float(b)) for a, b in lines if a.strip().isdigit() and b.strip().isdigit()]


class Ungated(ProcessExecutor):
    """The executor of a search whose gate answers at once; the clock starts when all are ready."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._gated: deque[JobEvent] = deque()

    def submit(self, name: str, args: dict[str, Any]) -> int:
        """Hands over a training; answers a gate itself."""
        if name != "gate":
            return super().submit(name, args)
        self._submitted += 1
        measures: dict[str, Any] = {"params": 1, "flops": None, "size": None, "gzip_size": None}
        measures |= {"latency_ms": None, "recipe": "float32"}
        self._gated.append(JobEvent(self._submitted, EventKind.DONE, measures))
        return self._submitted

    def next_event(self, timeout: float | None = None) -> JobEvent | None:
        """Returns a gate's answer first."""
        return self._gated.popleft() if self._gated else super().next_event(timeout)

    def wait(self) -> None:
        """Waits until every worker has imported its backend."""
        while not all(link.ready for link in self._links()):
            super().next_event(timeout=0.2)


def prepare(folder: Path, space: str, examples: int, trials: int) -> dict[str, Any]:
    """Writes the data of a run, and returns its space and the trials' values."""
    from automl.data import dataset
    from automl.data.arrays.objects import from_object
    from automl.data.options import ReadOptions
    from automl.execution.context import space_spec
    from automl.resolve import find_task
    from search_spaces.making import make_space

    options = ReadOptions(input=DATA[space][0])
    raw = from_object(make_data(space, examples), options)
    data = dataset.split(raw, "arrays", "arrays", test=0.1, validation=0.1, seed=0)
    data.save(folder)
    task, signature = find_task("auto", data.summary)
    made = make_space([space], signature, None, ())
    values = [dict(guess) for guess in made.first_guesses()][:trials]
    values += [made.sample(seed) for seed in range(trials - len(values))]
    # Patience would end some early on one side's luck.
    values = [made.canonical({**each, "patience": 0}) for each in values]
    return {"task": task, "spec": space_spec(space, signature, {}), "values": values}


def ours(folder: Path, plan: dict[str, Any], options: Any, per_device: int) -> dict[str, Any]:
    """Searches with so many trials a device."""
    from automl.records.store import RunStore
    from automl.registry import ORACLES
    from automl.tuning.ask_tell import AskTell
    from automl.tuning.budget import Budget
    from automl.tuning.loop import SearchLoop
    from automl.tuning.observer import Observer
    from automl.types import TrialState
    from search_spaces import SPACES, Signature

    config = SearchConfig(
        "arrays",
        task=plan["task"],
        objective=("val_accuracy",),
        trials=options.trials,
        time=None,
        epochs=options.epochs,
        backend=BACKEND,
        workers=per_device,
        accelerator=options.accelerator,
        precision=options.precision,
        trials_per_device=per_device,
        learn=False,
        out=str(folder),
    )
    chosen = choose_devices(config)
    places = [place for place in places_for(config, this_machine(), chosen).places if place.trains]
    signature = Signature.from_dict(plan["spec"]["signature"])
    space = SPACES.get(plan["spec"]["entries"][0])(signature)
    notes: list[str] = []

    class Notes(Observer):
        def note(self, text: str) -> None:
            notes.append(text)

    with RunStore(folder, create=True) as store, Ungated(folder, places) as executor:
        store.begin_session()
        keep_devices(store, chosen, notes.append)
        config_used = SearchConfig.from_dict(config.to_dict() | {"precision": chosen.precision})
        loop = SearchLoop(
            config=config_used,
            store=store,
            executor=executor,
            oracle=AskTell(ORACLES.get("random"), space.hyperparameters(), space.canonical, 0),
            guesses=plan["values"],
            architecture=space.canonical,
            space=plan["spec"],
            budget=Budget(time.time(), None, options.trials, None),
            observer=Notes(),
            gate=("tflite", ("float32",)),
        )
        executor.wait()
        watching, began = Utilization(), time.perf_counter()
        watching.start()
        loop.run()
        seconds = time.perf_counter() - began
        trials = store.trials()
    done = [trial for trial in trials if trial.state is TrialState.COMPLETED]
    return {
        "side": f"ours, {per_device} a device",
        "trials": len(done),
        "seconds": seconds,
        "scores": [trial.score for trial in done],
        "trial_seconds": [trial.seconds for trial in done],
        "reasons": [trial.reason for trial in trials if trial.state is TrialState.FAILED],
        "notes": notes,
        "precision": chosen.precision,
        **watching.end(),
    }


def plain(folder: Path, plan: dict[str, Any], epochs: int) -> dict[str, Any]:
    """Runs the same trials by KerasTuner, as its documentation shows."""
    import keras
    import keras_tuner
    import numpy as np

    from automl.data.dataset import read_split
    from search_spaces import SPACES, Signature

    class Listed(keras_tuner.Oracle):
        def populate_space(self, trial_id: str) -> dict[str, Any]:
            place = len(self.start_order)
            if place >= len(plan["values"]):
                return {"status": keras_tuner.engine.trial.TrialStatus.STOPPED, "values": None}
            values = {**self.hyperparameters.values, **plan["values"][place]}
            return {"status": keras_tuner.engine.trial.TrialStatus.RUNNING, "values": values}

    space = SPACES.get(plan["spec"]["entries"][0])(Signature.from_dict(plan["spec"]["signature"]))

    class Trained(keras_tuner.HyperModel):
        """The same models, fitted by Keras: what KerasTuner does by default."""

        def build(self, hp: Any) -> Any:
            return space.build(hp)

        def fit(self, hp: Any, model: Any, *args: Any, **options: Any) -> Any:
            size = space.batch_size(space.canonical(dict(hp.values)))
            return model.fit(*args, batch_size=size, **options)

    tuner = keras_tuner.Tuner(
        Listed(
            keras_tuner.Objective("val_accuracy", "max"),
            max_trials=len(plan["values"]),
            hyperparameters=space.hyperparameters(),
            tune_new_entries=False,
            allow_new_entries=False,
        ),
        Trained(),
        directory=str(folder / "kt"),
        project_name="plain",
    )
    (x, y), held = read_split(folder, "train"), read_split(folder, "validation")
    assert isinstance(x, np.ndarray)
    assert isinstance(held[0], np.ndarray)
    kind = space.signature.input.dtype
    keras.ops.convert_to_numpy(keras.ops.ones(1))  # The backend starts.
    watching, began = Utilization(), time.perf_counter()
    watching.start()
    tuner.search(
        x.astype(kind), y, epochs=epochs, validation_data=(held[0].astype(kind), held[1]), verbose=0
    )
    seconds = time.perf_counter() - began
    found = tuner.oracle.get_best_trials(len(plan["values"]))
    return {
        "side": "KerasTuner, one after another",
        "trials": len(found),
        "seconds": seconds,
        "scores": [trial.score for trial in found],
        **watching.end(),
    }


def aside(words: list[str], cache: Path) -> dict[str, Any]:
    """Runs one side in a process of its own, nothing compiled before; returns what it found."""
    done = subprocess.run(
        [sys.executable, __file__, *words],
        env=os.environ | {"AUTOML_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode or not lines:
        sys.exit(f"{' '.join(words)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    found: dict[str, Any] = json.loads(lines[-1].removeprefix("RESULT "))
    return found


def main() -> None:
    """Runs every side for every space, prints a table and writes results/accelerator.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--examples", type=int, default=8000)
    parser.add_argument("--per-device", type=int, nargs="+", default=[1, 4, 8])
    parser.add_argument("--spaces", nargs="+", default=list(DATA), choices=list(DATA))
    parser.add_argument("--accelerator", default="auto")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--name", default="accelerator", help="Of the file in results/.")
    parser.add_argument("--side", nargs=2, metavar=("FOLDER", "N"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        folder, per_device = Path(options.side[0]), int(options.side[1])
        plan = json.loads((folder / "plan.json").read_text())
        found = (
            ours(folder, plan, options, per_device)
            if per_device
            else plain(folder, plan, options.epochs)
        )
        print("RESULT " + json.dumps(found))
        return
    results = []
    for space in options.spaces:
        base = None
        for per_device in (0, *options.per_device):
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place)
                words = ["--trials", str(options.trials), "--examples", str(options.examples)]
                words += ["--epochs", str(options.epochs), "--accelerator", options.accelerator]
                words += ["--precision", options.precision]
                # What prepares the data imports a backend, which must not keep the device.
                subprocess.run(
                    [sys.executable, "-c", PREPARE, place, space, *words[1:4:2]],
                    env=os.environ | {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"},
                    cwd=Path(__file__).parent,
                    check=True,
                )
                found = aside([*words, "--side", str(folder), str(per_device)], folder / "cache")
            found |= {"space": space, "trials_per_hour": 3600 * found["trials"] / found["seconds"]}
            base = base or found["trials_per_hour"]
            found["ratio"] = found["trials_per_hour"] / base
            results.append(found)
            print(
                f"{space:12} {found['side']:30} {found['trials']:3} trials"
                f" {found['trials_per_hour']:8.0f} an hour  x{found['ratio']:.2f}"
                f"  GPU {found['gpu_percent']} %  best {max(found['scores'], default=0):.3f}",
                flush=True,
            )
    asked = {name: value for name, value in vars(options).items() if name not in ("side", "name")}
    print(write_result(options.name, {"backend": BACKEND, **asked, "results": results}))


PREPARE = """
import json, sys
from pathlib import Path
from accelerator import prepare
folder = Path(sys.argv[1])
plan = prepare(folder, sys.argv[2], int(sys.argv[4]), int(sys.argv[3]))
(folder / "plan.json").write_text(json.dumps(plan))
"""

if __name__ == "__main__":
    main()
