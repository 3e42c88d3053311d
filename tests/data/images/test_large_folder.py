"""A folder whose pixels exceed the memory is read, split, kept and trained on within it."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

COUNT, SIDE = 20_000, 48
DECODED = COUNT * SIDE * SIDE * 3

#: Runs in a process of its own, so that nothing but this data is measured.
CODE = f"""
import json, os, sys, threading, time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import PIL.Image
from pathlib import Path
from automl.data.dataset import load, read_split
from automl.data.options import ReadOptions
from automl.data.storage import StoredExamples
from search_spaces import InputSpec, Signature, TargetSpec
from search_spaces.training.compiling import compile_model
from search_spaces.training.fitting import fit
from search_spaces.training.recipe import Recipe

source, run, limit = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
shape = ({SIDE}, {SIDE}, 3)
PIL.Image.init()

def anonymous():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))

signature = Signature(InputSpec("image", shape), TargetSpec("classification", 2))
recipe = Recipe(batch_size=128, learning_rate=0.01, label_smoothing=0.1)
inputs = keras.Input(shape)
tensor = keras.layers.AveragePooling2D(16)(keras.layers.Rescaling(1 / 255)(inputs))
outputs = keras.layers.Dense(2, activation="softmax")(keras.layers.Flatten()(tensor))
model = keras.Model(inputs, outputs)
compile_model(model, recipe, signature)
model.steps_per_execution = 8

def train(x, y, validation):
    history = fit(model, recipe, signature, x, y, epochs=1, validation_data=validation,
                  validation_batch_size=128, seed=0, verbose=0)
    return history.history["val_accuracy"][-1]

warm = np.random.default_rng(0).integers(0, 255, (512, *shape), dtype=np.uint8)
train(warm, np.arange(512) % 2, (warm, np.arange(512) % 2))  # What the runtime itself takes.

before, peak, done = anonymous(), 0, False

def watch():
    global peak
    while not done:
        peak = max(peak, anonymous())
        time.sleep(0.01)

thread = threading.Thread(target=watch)
thread.start()
data = load(source, options=ReadOptions(memory=limit), test=0.2, validation=0.2, seed=0)
data.save(run)
splits = {{name: read_split(run, name) for name in ("train", "validation")}}
accuracy = train(*splits["train"], splits["validation"])
done = True
thread.join()
stored = all(isinstance(x, StoredExamples) for x, _ in splits.values())
print(json.dumps({{"grown": peak - before, "accuracy": accuracy, "stored": stored}}))
"""


def write_pictures(folder: Path) -> None:
    """Writes noise, lighter at the top or at the bottom, as bitmaps: as fast as a disk is."""
    pixels = SIDE * SIDE * 3
    header = b"BM" + struct.pack("<IHHI", 54 + pixels, 0, 0, 54)
    header += struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 24, 0, pixels, 2835, 2835, 0, 0)
    random = np.random.default_rng(0)
    for label in (0, 1):
        (folder / "ab"[label]).mkdir(parents=True)
    for begin in range(0, COUNT, 1000):
        part = random.integers(0, 160, (1000, SIDE, SIDE, 3), dtype=np.uint8)
        part[::2, : SIDE // 2] += 60
        part[1::2, SIDE // 2 :] += 60
        for number, values in enumerate(part, begin):
            (folder / "ab"[number % 2] / f"{number}.bmp").write_bytes(header + values.tobytes())


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_pictures_of_twice_the_memory_are_trained_on_within_it(tmp_path, cache_folder):
    limit = DECODED // 2
    write_pictures(tmp_path / "many")
    (tmp_path / "run").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path / "many"), str(tmp_path / "run"), str(limit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["stored"]
    assert found["accuracy"] > 0.9
    assert found["grown"] < limit, f"{found['grown']:,} of {limit:,} bytes"
