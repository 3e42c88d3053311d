"""How long each strategy takes to suggest, once it knows a thousand trials.

    python benchmarks/suggestion_time.py [--trials 1000] [--parameters 30] [--suggestions 10]
        [--open 64]

The space is mixed (a choice, whole numbers, a continuous range, a switch, in
turn), the scores are noise, and every oracle of the project is asked as the
search loop asks it, with one objective and with two. What counts is the time of
this process (one thread), as the search itself runs beside its workers.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import statistics
import time

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # As the search does it.

import keras_tuner  # noqa: E402
from machine import write_result  # noqa: E402

from automl.registry import ORACLES  # noqa: E402
from automl.tuning.ask_tell import AskTell  # noqa: E402
from automl.tuning.oracles.learning import LearningOracle  # noqa: E402

#: What a suggestion may take.
GOAL_SECONDS = 0.2


def mixed_space(parameters: int) -> keras_tuner.HyperParameters:
    """Returns a space of so many hyperparameters of four kinds."""
    hp = keras_tuner.HyperParameters()
    for number in range(parameters):
        part = f"part_{number}"
        match number % 4:
            case 0:
                hp.Choice(f"{part}/kind", list("abcde"))
            case 1:
                hp.Int(f"{part}/width", 8, 256, step=8)
            case 2:
                hp.Float(f"{part}/rate", 0.0, 0.5)
            case _:
                hp.Boolean(f"{part}/flag")
    return hp


def seconds_of(
    name: str, objectives: int, trials: int, parameters: int, count: int, opened: int = 0
) -> list[float]:
    """Returns the seconds of each of `count` suggestions after `trials` trials.

    Before each, another trial has ended, and `opened` are open.
    """
    costs = ("size",) if objectives > 1 else ()
    oracle = AskTell(ORACLES.get(name), mixed_space(parameters), dict, 0, costs)
    chance, space = random.Random(0), mixed_space(parameters).space

    def tell(number: int) -> None:
        oracle.tell(number, chance.random(), {"size": 1000 * chance.random() + 1})

    for number in range(trials):
        values = {each.name: each.random_sample(seed=chance.randrange(2**31)) for each in space}
        oracle.add(number, values)
        if number < trials - opened:
            tell(number)
    taken = []
    for number in range(trials, trials + count):
        began = time.process_time()
        oracle.ask(number)
        taken.append(time.process_time() - began)
        tell(number - opened)
    return taken


def ours() -> list[str]:
    """Returns the names of the project's own strategies."""
    return [name for name in ORACLES.names() if issubclass(ORACLES.get(name), LearningOracle)]


def main() -> None:
    """Measures every strategy and writes a table and JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--parameters", type=int, default=30)
    parser.add_argument("--suggestions", type=int, default=10)
    parser.add_argument("--open", type=int, default=64, help="with so many workers, too")
    options = parser.parse_args()
    rows = []
    for name, opened, objectives in itertools.product(ours(), (0, options.open), (1, 2)):
        count = max(options.suggestions, opened)
        taken = seconds_of(name, objectives, options.trials, options.parameters, count, opened)
        row = {
            "oracle": name,
            "objectives": objectives,
            "open": opened,
            "median_s": statistics.median(taken),
            "mean_s": statistics.fmean(taken),
            "worst_s": max(taken),
        }
        rows.append(row)
        print(
            f"{name:12} {objectives} objective(s) {opened:3} open  median {row['median_s']:.4f} s"
            f"  mean {row['mean_s']:.4f} s  worst {row['worst_s']:.3f} s  (goal {GOAL_SECONDS} s)",
            flush=True,
        )
    setting = {"trials": options.trials, "parameters": options.parameters}
    print(write_result("suggestion_time", setting | {"goal_s": GOAL_SECONDS, "results": rows}))


if __name__ == "__main__":
    main()
