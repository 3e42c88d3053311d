"""From a table to a file that fills in what is missing: prices of made-up used cars.

python examples/table.py [--trials 2] [--epochs 40]
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas

import automl

MAKES = {"lark": 0.8, "heron": 1.4, "kite": 2.0}


def cars(count: int, random: np.random.Generator) -> pandas.DataFrame:
    """Returns cars with their prices; the mileage of every tenth is not known."""
    frame = pandas.DataFrame(
        {
            "make": random.choice(list(MAKES), count),
            "year": random.integers(1998, 2025, count),
            "km": random.integers(0, 250_000, count).astype(float),
        }
    )
    worth = frame["make"].map(MAKES) * (frame["year"] - 1990) * 700
    frame["price"] = worth - 0.03 * frame["km"] + random.normal(0, 400, count)
    frame.loc[random.random(count) < 0.1, "km"] = np.nan
    return frame


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--out", default="runs/example-table")
    options = parser.parse_args()

    run = automl.search(
        cars(600, np.random.default_rng(0)),
        target="price",
        trials=options.trials,
        epochs=options.epochs,
        formats=["tflite"],
        out=options.out,
    )
    artifact = run.artifact
    print(f"{artifact.size:,} bytes, R2 {artifact.verification.metrics['r2']:.3f} on test data")
    questions = [
        '{"make": "kite", "year": 2020, "km": 30000}',
        '{"make": "lark", "year": 2005, "km": null}',
        '{"make": "never seen", "year": 2010, "km": 90000}',
    ]
    for question, prediction in zip(questions, run.predict(*questions), strict=True):
        print(f"{question}: {prediction.answer.text}")


if __name__ == "__main__":
    main()
