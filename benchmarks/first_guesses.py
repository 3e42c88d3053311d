"""What each space's best first guess reaches alone, beside a linear floor and random samples.

    python benchmarks/first_guesses.py [--data FOLDER] [--set subj --set digits]
        [--space rnn --space tcn] [--samples 20] [--guesses 3] [--epochs 10] [--seed 0]

Trains `space.first_guesses()[0]` once, without any search, and tests the best
epoch by validation loss. ``--guesses`` trains more of the curated configurations
and ``--samples`` as many seeded random ones for as many epochs, to show what a
curated start is worth; they are not counted for the first guess. Sizes are of
the ``.tflite`` files; "-" is a kind of file that the space or converter refuses.
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

import keras
import keras_tuner
import numpy as np
from first_guess_data import NAMES, Data, load
from machine import RESULTS, write_result

from automl.execution.watch import EpochWatch
from search_spaces import SPACES
from search_spaces.making import make_space
from search_spaces.space import SearchSpace
from search_spaces.training.schedule import steps_per_execution

NAME = "first_guesses"
FILES = ("int8", "float16", "float32")
#: Converts one saved model into one kind of file: static int8 can crash a process.
CONVERT = """
import sys, keras, numpy as np
from automl.export.tflite.converting import convert
from automl.export.tflite.freezing import freeze
from automl.registry import RECIPES
model = keras.models.load_model(sys.argv[1])
content = convert(freeze(model), RECIPES.get(sys.argv[3]), np.load(sys.argv[2]))
print(len(content))
"""


def trained(space: SearchSpace, values: dict[str, Any], data: Data, epochs: int, seed: int) -> Any:
    """Trains one configuration and returns its model and what was measured."""
    began = time.time()
    keras.utils.set_random_seed(seed)
    hp = keras_tuner.HyperParameters()
    hp.values = dict(values)
    model = space.build(hp)
    (x, y), recipe = data.train, space.recipe(values)
    model.steps_per_execution = steps_per_execution(recipe, -(-len(x) // recipe.batch_size), epochs)
    watch = EpochWatch(None, lambda event: None, recipe.patience)
    space.fit(
        hp,
        model,
        x,
        y,
        epochs=epochs,
        validation_data=data.validation,
        validation_batch_size=256,
        callbacks=[watch],
        seed=seed,
        stopping=False,  # The watch does.
        verbose=0,
    )
    answers = model.predict(data.test[0], batch_size=256, verbose=0).argmax(-1)
    return model, {
        "values": values,
        "accuracy": float((answers == data.test[1]).mean()),
        "validation": (watch.best or {}).get("val_accuracy"),
        "parameters": model.count_params(),
        "epochs": watch.epochs_seen,
        "seconds": round(time.time() - began, 1),
    }


def sizes(space: SearchSpace, values: dict[str, Any], model: Any, data: Data) -> dict[str, Any]:
    """Returns the bytes of each kind of file, None where it is refused."""
    refused = space.unsupported(values)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        path, examples = Path(folder, "m.keras"), Path(folder, "x.npy")
        model.save(path)
        np.save(examples, data.train[0][:256].astype(data.signature.input.dtype))
        for kind in FILES:
            if "tflite" in refused or kind in refused:
                found[kind] = None
                continue
            command = [sys.executable, "-c", CONVERT, str(path), str(examples), kind]
            done = subprocess.run(command, capture_output=True, text=True)
            found[kind] = int(done.stdout.split()[-1]) if done.returncode == 0 else None
    return found


def measured(data: Data, name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Returns the record of one space on one data set."""
    space = make_space([name], data.signature)
    epochs = options.epochs or data.epochs
    first, *others = space.first_guesses()
    model, record = trained(space, first, data, epochs, options.seed)
    record["bytes"] = {} if options.no_files else sizes(space, first, model, data)
    record |= {"data": data.name, "space": name, "floor": data.floor, "seed": options.seed}
    show(record)
    for key, configurations in (
        ("guesses", others[: options.guesses - 1]),
        ("samples", [space.sample(seed) for seed in range(options.samples)]),
    ):
        record[key] = []
        for values in configurations:
            keras.backend.clear_session()
            one = trained(space, values, data, epochs, options.seed)[1]
            record[key].append(one)
            print(f"    {key[:-1]:<8} {one['accuracy']:.4f}  {one['seconds']:.0f} s", flush=True)
    return record


def show(record: dict[str, Any]) -> None:
    """Prints the line of one first guess."""
    beats = "yes" if record["accuracy"] > record["floor"] else "NO"
    files = "".join(
        f"{record['bytes'].get(kind):>11,}" if record["bytes"].get(kind) else f"{'-':>11}"
        for kind in FILES
    )
    print(
        f"{record['data']:<17}{record['space']:<13}{record['accuracy']:>8.4f}"
        f"{record['floor']:>8.4f}{beats:>6}{record['parameters']:>12,}{files}"
        f"{record['seconds']:>9.1f}{record['epochs']:>7}",
        flush=True,
    )


def summarize(records: list[dict[str, Any]]) -> None:
    """Prints what random samples of each space reached beside its first guess."""
    for record in records:
        if not record["samples"]:
            continue
        drawn = [one["accuracy"] for one in record["samples"]]
        better = sum(accuracy > record["accuracy"] for accuracy in drawn)
        print(
            f"{record['data']} {record['space']}: first guess {record['accuracy']:.4f};"
            f" {len(drawn)} random samples: best {max(drawn):.4f},"
            f" median {statistics.median(drawn):.4f}, {better} better than the guess"
        )


def keep(records: list[dict[str, Any]]) -> Path:
    """Writes the records beside those that earlier runs left for other sets and spaces."""
    path = RESULTS / f"{NAME}.json"
    old = json.loads(path.read_text())["results"] if path.exists() else []
    known = {(record["data"], record["space"]): record for record in [*old, *records]}
    return write_result(NAME, {"results": [known[key] for key in sorted(known)]})


def main() -> None:
    """Measures every space asked on every data set asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the files; digits need none")
    parser.add_argument("--set", action="append", choices=NAMES, help="data set; repeatable")
    parser.add_argument("--space", action="append", help="space; repeatable; all that suit")
    parser.add_argument("--epochs", type=int, default=0, help="instead of the set's own")
    parser.add_argument("--guesses", type=int, default=1, help="curated guesses to train")
    parser.add_argument("--samples", type=int, default=0, help="random samples to train beside")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-files", action="store_true", help="convert nothing")
    parser.add_argument("--no-record", action="store_true", help="write no JSON")
    options = parser.parse_args()
    sets = options.set or (NAMES if options.data else ["digits"])
    print(
        f"{'data':<17}{'space':<13}{'test':>8}{'floor':>8}{'beats':>6}{'parameters':>12}"
        f"{''.join(f'{kind:>11}' for kind in FILES)}{'seconds':>9}{'epochs':>7}"
    )
    records = []
    for data in (load(name, options.data) for name in sets):
        for name in options.space or SPACES.names():
            refused = SPACES.get(name).accepts(data.signature)
            if refused is not None:
                print(f"{data.name:<17}{name:<13} refused: {refused}")
                continue
            keras.backend.clear_session()
            records.append(measured(data, name, options))
    summarize(records)
    if not options.no_record:
        print(keep(records))


if __name__ == "__main__":
    main()
