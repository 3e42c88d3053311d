"""What the search loop costs a trial, over bare `model.fit` of the same trials.

    python benchmarks/loop_overhead.py [--trials 8] [--epochs 10]

The loop's side is the wall time from the first proposal to the last outcome, in
which every trial is proposed, written, gated (built, converted, measured),
trained in a worker, saved and told. The other side builds and fits the same
configurations one after another in one process, with the same batches, the
same number of epochs and the same validation. Neither side counts imports.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import write_result

import automl

BARE = """
import json, sys, time
from pathlib import Path
import keras, keras_tuner
import automl
from automl.data.dataset import read_split
from search_spaces import SPACES, Signature

run = automl.load_run(sys.argv[1])
space = SPACES.get("cnn")(Signature.from_dict(run.fact("signature")))
(x, y), validation = read_split(run.folder, "train"), read_split(run.folder, "validation")
taken = []
for trial in run.trials:
    if trial.state != "completed":
        continue
    started = time.perf_counter()
    keras.backend.clear_session()
    values = keras_tuner.HyperParameters()
    values.values = dict(trial.values)
    model = space.build(values)
    batch = space.batch_size(trial.values)
    model.steps_per_execution = -(-len(x) // batch)
    model.fit(x, y, batch_size=batch, epochs=trial.epochs, validation_data=validation,
              validation_batch_size=256, verbose=0)
    taken.append(time.perf_counter() - started)
print(json.dumps(taken))
"""


class Clock(automl.Observer):
    """Notes when the search begins and when each trial ends."""

    def __init__(self) -> None:
        self.began = 0.0
        self.ended: list[float] = []

    def stage(self, name: str) -> None:
        """Starts the clock."""
        if name == "Searching":
            self.began = time.perf_counter()

    def trial(self, trial: automl.Trial) -> None:
        """Notes the end of a trial."""
        self.ended.append(time.perf_counter())


def main() -> None:
    """Runs both sides and prints the difference a trial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        run = automl.search(
            "digits",
            trials=options.trials,
            epochs=options.epochs,
            compress="int8",
            export="tflite",
            out=Path(folder, "run").as_posix(),
            observer=clock,
        )
        # The first trial waits for the worker's imports: it is left out on both sides.
        loop = (clock.ended[-1] - clock.ended[0]) / (len(clock.ended) - 1)
        done = subprocess.run(
            [sys.executable, "-c", BARE, str(run.folder)],
            capture_output=True,
            text=True,
            check=True,
        )
        bare = json.loads(done.stdout.splitlines()[-1])
    fit = sum(bare[1:]) / (len(bare) - 1)
    print(f"a trial in the loop  {loop:6.2f} s")
    print(f"bare model.fit       {fit:6.2f} s")
    print(f"overhead             {loop - fit:6.2f} s   ratio {loop / fit:.2f}")
    path = write_result(
        "loop_overhead",
        {
            "trials": options.trials,
            "epochs": options.epochs,
            "loop_seconds_a_trial": loop,
            "bare_fit_seconds": bare,
            "overhead_seconds_a_trial": loop - fit,
        },
    )
    print(path)


if __name__ == "__main__":
    main()
