"""Search, look at what was found, and run the shipped file.

python examples/digits.py [--trials 3] [--epochs 30]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ai_edge_litert.interpreter import Interpreter
from sklearn.datasets import load_digits

import automl


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--out", default="runs/example-digits")
    options = parser.parse_args()

    run = automl.search(
        "digits",
        space="cnn",
        trials=options.trials,
        epochs=options.epochs,
        max_size="16kB",
        objectives=["val_accuracy", "size"],
        out=options.out,
    )
    for trial in run.pareto:
        print(f"trial {trial.number}: {trial.score:.4f} at {trial.measures.size:,} bytes")
    print(run.choice.reason)

    # The file knows nothing of this package: raw pixels in, probabilities out.
    path = run.folder / run.artifact.path
    interpreter = Interpreter(model_content=Path(path).read_bytes())
    interpreter.allocate_tensors()
    image = load_digits().images[0].astype("float32").reshape(1, 8, 8, 1)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    (scores,) = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    print(f"{path.name} says {scores.argmax()} with {scores.max():.0%}, the image is a 0")


if __name__ == "__main__":
    main()
