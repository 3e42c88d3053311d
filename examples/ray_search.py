"""Search on a Ray cluster: this machine alone, or one that is there (--ray auto).

python examples/ray_search.py [--trials 4] [--epochs 10] [--ray local|auto|ADDRESS]
"""

from __future__ import annotations

import argparse

import automl


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--ray", default="local")
    parser.add_argument("--out", default="runs/example-ray")
    options = parser.parse_args()

    run = automl.search(
        "digits",
        space="cnn",
        trials=options.trials,
        epochs=options.epochs,
        ray=options.ray,
        ray_resources="cpu=1",
        export="tflite",
        compress="int8",
        finalists=0,
        out=options.out,
    )
    best = run.best
    print(f"{len(run.trials)} trials on the cluster; the best is number {best.number}.")
    print(f"{run.folder / run.artifact.path}: {run.artifact.size:,} bytes")


if __name__ == "__main__":
    main()
