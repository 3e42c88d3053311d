"""What ships after 150 seconds on the digits: this tool and plain KerasTuner, side by side.

    python benchmarks/digits_search.py [--seeds 0 1 2] [--time 150] [--peers random]

KerasTuner's side is what its user would write: a convolutional hypermodel with a
few choices, `RandomSearch` or `Hyperband`, the best model converted to int8 with
TensorFlow's own converter. Both sides train on the same split of the same seed,
and both int8 files are run by LiteRT on the same test examples.
(`keras_tuner.Tuner.search` imports tensorboard: `pip install tensorboard` first.)
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import write_result

PEER = """
import json, sys, tempfile, time
import keras, keras_tuner
from automl.compression.recipes import INT8
from automl.data import dataset
from automl.export.tflite.converting import convert
from automl.export.tflite.freezing import freeze
from automl.verify.litert import run_tflite

began = time.time()
kind, seed, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
data = dataset.load("digits", test=0.2, validation=0.2, seed=seed)
(x, y), validation, (x_test, y_test) = (
    (split[0].astype("float32"), split[1]) for split in data.splits.values()
)

def build(hp):
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Rescaling(1 / 16)])
    for i in range(hp.Int("layers", 1, 3)):
        model.add(keras.layers.Conv2D(hp.Choice(f"filters_{i}", [16, 32, 64]), 3,
                                      padding="same", activation="relu"))
        if hp.Boolean(f"pool_{i}"):
            model.add(keras.layers.MaxPooling2D(padding="same"))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(hp.Choice("units", [32, 64, 128]), activation="relu"))
    model.add(keras.layers.Dropout(hp.Float("dropout", 0, 0.5, step=0.1)))
    model.add(keras.layers.Dense(10, activation="softmax"))
    rate = hp.Float("learning_rate", 1e-4, 1e-2, sampling="log")
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy",
                  metrics=["accuracy"])
    return model


class Clock(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if time.time() - began > seconds:
            self.model.stop_training = True

with tempfile.TemporaryDirectory() as folder:
    common = dict(objective="val_accuracy", seed=seed + 1, directory=folder, project_name="p")
    if kind == "random":
        tuner = keras_tuner.RandomSearch(build, max_trials=1, **common)
        fit = dict(epochs=20)
    else:
        tuner = keras_tuner.Hyperband(build, max_epochs=20, **common)
        fit = {}
    trials = 0
    if kind == "random":
        while time.time() - began < seconds:
            trials += 1
            tuner.oracle.max_trials = trials
            tuner.search(x, y, validation_data=validation, verbose=0, callbacks=[Clock()], **fit)
    else:
        tuner.search(x, y, validation_data=validation, verbose=0, callbacks=[Clock()], **fit)
        trials = len(tuner.oracle.trials)
    model = tuner.get_best_models(1)[0]
    content = convert(freeze(model), INT8, x)
outputs = run_tflite(content, x_test).outputs
print(json.dumps({"accuracy": float((outputs.argmax(-1) == y_test).mean()),
                  "bytes": len(content), "trials": trials, "seconds": time.time() - began}))
"""


def ours(seed: int, seconds: float) -> dict[str, Any]:
    """Runs `automl search` and returns the int8 file's figures."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.time()
        done = subprocess.run(
            [
                *(sys.executable, "-m", "automl_cli", "search", "digits", "--json", "--quiet"),
                *("--time", f"{seconds:g}s", "--seed", str(seed), "--out", f"{folder}/run"),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        record = json.loads(done.stdout)
        import automl

        run = automl.load_run(Path(folder, "run"))
        (int8,) = (
            a for a in record["artifacts"] if (a["format"], a["recipe"]) == ("tflite", "int8")
        )
        trained = sum(trial.state == "completed" for trial in run.trials)
    litert = int8["verifications"][0]
    return {
        "accuracy": litert["accuracy"],
        "agreement": litert["agreement"],
        "bytes": int8["size"],
        "trials": trained,
        "seconds": time.time() - began,
        "max_abs_diff": {
            f"{a['format']} {a['recipe']} {v['runtime']}": v["max_abs_diff"]
            for a in record["artifacts"]
            for v in a["verifications"]
        },
    }


def peer(kind: str, seed: int, seconds: float) -> dict[str, Any]:
    """Runs plain KerasTuner in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PEER, kind, str(seed), str(seconds)],
        capture_output=True,
        text=True,
        check=True,
    )
    record: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return record


def main() -> None:
    """Runs every side for every seed and prints the means."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--time", type=float, default=150)
    parser.add_argument("--peers", nargs="*", default=["random"], choices=["random", "hyperband"])
    options = parser.parse_args()
    results: dict[str, list[dict[str, Any]]] = {"automl": []}
    for seed in options.seeds:
        results["automl"].append(ours(seed, options.time))
        for kind in options.peers:
            results.setdefault(f"keras_tuner {kind}", []).append(peer(kind, seed, options.time))
        for name, records in results.items():
            last = records[-1]
            print(
                f"seed {seed}  {name:22} {last['accuracy']:.4f}  {last['bytes']:>7,} bytes"
                f"  {last['trials']:>3} trials  {last['seconds']:.0f} s",
                flush=True,
            )
    print()
    for name, records in results.items():
        accuracy = statistics.mean(record["accuracy"] for record in records)
        size = statistics.mean(record["bytes"] for record in records)
        print(f"mean    {name:22} {accuracy:.4f}  {size:>9,.0f} bytes")
    print(write_result("digits_search", {"time": options.time, "results": results}))


if __name__ == "__main__":
    main()
