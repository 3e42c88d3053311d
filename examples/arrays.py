"""Search on your own arrays: 600 drawn images of circles, squares and crosses.

python examples/arrays.py [--trials 2] [--epochs 10]
"""

from __future__ import annotations

import argparse

import numpy as np

import automl

SIDE = 24


def draw(shape: str, random: np.random.Generator) -> np.ndarray:
    """Returns one noisy greyscale image, SIDE x SIDE, uint8."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    row, column = random.integers(8, SIDE - 8, 2)
    size = random.integers(4, 8)
    down, right = abs(rows - row), abs(columns - column)
    inside = {
        "circle": down**2 + right**2 <= size**2,
        "square": np.maximum(down, right) <= size * 0.8,
        "cross": (np.minimum(down, right) <= 1) & (np.maximum(down, right) <= size),
    }[shape]
    return np.clip(inside * 180 + random.normal(30, 20, (SIDE, SIDE)), 0, 255).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--out", default="runs/example-arrays")
    options = parser.parse_args()

    random = np.random.default_rng(0)
    labels = np.array(["circle", "square", "cross"])[np.arange(600) % 3]
    images = np.stack([draw(label, random) for label in labels])
    run = automl.search(
        (images, labels),
        trials=options.trials,
        epochs=options.epochs,
        formats=["tflite"],
        out=options.out,
    )
    for artifact in run.artifacts:
        verification = artifact.verification
        print(
            f"{artifact.recipe:13} {artifact.size:>7,} bytes  accuracy {verification.accuracy:.3f}"
            f"  {artifact.status}"
        )


if __name__ == "__main__":
    main()
