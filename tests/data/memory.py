"""How much memory it takes to read, keep and train on data larger than it may take.

Runs as a process of its own, so that nothing but this data is measured:
``python memory.py HOW SOURCE RUN LIMIT``, where HOW is a key of `READERS`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

COUNT, SHAPE = 20_000, (48, 48, 3)
DECODED = COUNT * 48 * 48 * 3
STATUS = Path("/proc/self/status")


def check_bounded(how: str, source: Path, run: Path) -> None:
    """Fails if training on what is at `source` takes half of its decoded size or more."""
    limit = DECODED // 2
    done = subprocess.run(
        [sys.executable, __file__, how, str(source), str(run), str(limit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["stored"]
    assert found["accuracy"] > 0.9
    assert found["grown"] < limit, f"{found['grown']:,} of {limit:,} bytes"


def anonymous() -> int:
    """Returns the bytes of memory that belong to no file."""
    lines = STATUS.read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


@contextmanager
def growth() -> Iterator[dict[str, int]]:
    """Measures by how much memory grows at most in the block."""
    before, peak, done = anonymous(), {"grown": 0}, threading.Event()

    def watch() -> None:
        while not done.is_set():
            peak["grown"] = max(peak["grown"], anonymous() - before)
            time.sleep(0.01)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def trainer(classes: int) -> Any:
    """Returns what trains a small model and returns its accuracy; the runtime is warm."""
    import keras
    import numpy as np

    from search_spaces import InputSpec, Signature, TargetSpec
    from search_spaces.training.compiling import compile_model
    from search_spaces.training.fitting import fit
    from search_spaces.training.recipe import Recipe

    signature = Signature(InputSpec("image", SHAPE), TargetSpec("classification", classes))
    recipe = Recipe(batch_size=128, learning_rate=0.01, label_smoothing=0.1)
    inputs = keras.Input(SHAPE)
    tensor = keras.layers.AveragePooling2D(16)(keras.layers.Rescaling(1 / 255)(inputs))
    tensor = keras.layers.Flatten()(tensor)
    model = keras.Model(inputs, keras.layers.Dense(classes, activation="softmax")(tensor))
    compile_model(model, recipe, signature)
    model.steps_per_execution = 8

    def train(x: Any, y: Any, validation: Any) -> float:
        history = fit(
            model, recipe, signature, x, y, epochs=2, validation_data=validation,
            validation_batch_size=128, seed=0, verbose=0,
        )  # fmt: skip
        return float(history.history["val_accuracy"][-1])

    warm = np.random.default_rng(0).integers(0, 255, (512, *SHAPE), dtype=np.uint8)
    labels = np.arange(512) % classes
    train(warm, labels, (warm, labels))  # What the runtime itself takes.
    return train


def load_folder(source: str, limit: int) -> Any:
    """Reads a folder of pictures of two classes."""
    from automl.data.dataset import load
    from automl.data.options import ReadOptions

    return load(source, options=ReadOptions(memory=limit), test=0.2, validation=0.2, seed=0)


def split_stored(source: str, limit: int) -> Any:
    """Splits examples of four classes that are on disk."""
    import numpy as np

    from automl.data.base import RawData, Target
    from automl.data.dataset import split
    from automl.data.storage import StoredExamples
    from search_spaces import InputSpec

    x = StoredExamples(source, memory=limit)
    target = Target("class", tuple("abcd"))
    raw = RawData(x, np.arange(COUNT) % 4, InputSpec("image", SHAPE), target)
    return split(raw, "here", "test", test=0.2, validation=0.2, seed=0, memory=limit)


#: Way to read -> function, number of classes.
READERS = {"folder": (load_folder, 2), "stored": (split_stored, 4)}


def main(how: str, source: str, run: str, limit: str) -> None:
    """Reads, keeps and trains, and prints what it took."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    from automl.data.dataset import read_split
    from automl.data.storage import StoredExamples

    read, classes = READERS[how]
    train = trainer(classes)
    if how == "folder":
        import PIL.Image

        PIL.Image.init()
    with growth() as memory:
        read(source, int(limit)).save(Path(run))
        splits = {name: read_split(Path(run), name) for name in ("train", "validation")}
        accuracy = train(*splits["train"], splits["validation"])
    stored = all(isinstance(x, StoredExamples) for x, _ in splits.values())
    print(json.dumps({**memory, "accuracy": accuracy, "stored": stored}))


if __name__ == "__main__":
    main(*sys.argv[1:])
