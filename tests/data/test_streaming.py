"""Data larger than the memory it may take is split, kept and trained on within that memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COUNT, SHAPE = 20_000, (48, 48, 3)
DECODED = COUNT * 48 * 48 * 3

#: Runs in a process of its own, so that nothing but this data is measured.
CODE = """
import json, os, sys, threading, time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from pathlib import Path
from automl.data.base import RawData, Target
from automl.data.dataset import read_split, split
from automl.data.storage import ExamplesWriter, StoredExamples
from search_spaces import InputSpec, Signature, TargetSpec
from search_spaces.training.compiling import compile_model
from search_spaces.training.fitting import fit
from search_spaces.training.recipe import Recipe

folder, count, limit = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
shape = (48, 48, 3)

def anonymous():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))

signature = Signature(InputSpec("image", shape), TargetSpec("classification", 4))
recipe = Recipe(batch_size=128, learning_rate=0.01, label_smoothing=0.1)
inputs = keras.Input(shape)
tensor = keras.layers.Rescaling(1 / 255)(inputs)
tensor = keras.layers.AveragePooling2D(16)(tensor)
tensor = keras.layers.Flatten()(tensor)
model = keras.Model(inputs, keras.layers.Dense(4, activation="softmax")(tensor))
compile_model(model, recipe, signature)
model.steps_per_execution = 8

def train(x, y, validation):
    history = fit(model, recipe, signature, x, y, epochs=2, validation_data=validation,
                  validation_batch_size=128, seed=0, verbose=0)
    return history.history["val_accuracy"][-1]

random = np.random.default_rng(0)
warm = random.integers(0, 255, (512, *shape), dtype=np.uint8)
train(warm, np.arange(512) % 4, (warm, np.arange(512) % 4))  # What the runtime itself takes.

y = np.arange(count) % 4
with ExamplesWriter(folder / "source.npy", shape, "uint8") as writer:
    for begin in range(0, count, 500):
        part = random.integers(0, 160, (500, *shape), dtype=np.uint8)
        corners = y[begin : begin + 500]
        for number in range(4):
            at, to = divmod(number, 2)
            part[corners == number, 24 * at : 24 * at + 24, 24 * to : 24 * to + 24] += 60
        writer.append(part)

before, peak, done = anonymous(), 0, False

def watch():
    global peak
    while not done:
        peak = max(peak, anonymous())
        time.sleep(0.01)

thread = threading.Thread(target=watch)
thread.start()
raw = RawData(StoredExamples(folder / "source.npy", memory=limit), y, signature.input,
              Target("class", tuple("abcd")))
split(raw, "here", "test", test=0.2, validation=0.2, seed=0, memory=limit).save(folder)
splits = {name: read_split(folder, name) for name in ("train", "validation")}
accuracy = train(*splits["train"], splits["validation"])
done = True
thread.join()
stored = all(isinstance(x, StoredExamples) for x, _ in splits.values())
print(json.dumps({"grown": peak - before, "accuracy": accuracy, "stored": stored}))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_data_of_twice_the_memory_is_trained_on_within_it(tmp_path):
    limit = DECODED // 2
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path), str(COUNT), str(limit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["stored"]
    assert found["accuracy"] > 0.9
    assert found["grown"] < limit, f"{found['grown']:,} of {limit:,} bytes"
