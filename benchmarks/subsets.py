"""Does a first rung on a part of the examples foretell who wins, and what does it save?

    python benchmarks/subsets.py DATA [--configurations 10] [--epochs 9] [--rungs 2]

Random configurations of a space are trained to their end on all of DATA, and to the
first rung on several shares of it. The question is whether the rung ranks them as the
end does: Kendall's rank correlation, and how far the best at the end is behind if
only the best third of the rung goes on. A share that ranks as well as the whole
costs less; one that does not is too small.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import write_result
from scipy.stats import kendalltau

from automl.config import SearchConfig
from automl.data import dataset
from automl.errors import AutomlError
from automl.execution.context import JobContext, space_spec
from automl.execution.jobs import run_job
from automl.resolve import find_task
from automl.tuning.rungs import plan_rungs
from automl.tuning.stages import plan_stages
from search_spaces.making import make_space

SHARES = (0.125, 0.25, 0.5, 1.0)
REDUCTION = 3


def trained(context: JobContext, args: dict[str, Any], **more: Any) -> tuple[float, float]:
    """Returns the validation accuracy of a training, and the seconds it took."""
    began = time.process_time()
    result = run_job("train", args | more, context)
    return result["metrics"]["val_accuracy"], time.process_time() - began


def regret(early: list[float], final: list[float]) -> float:
    """Returns what is lost at the end if the best third of the rung goes on alone."""
    going = sorted(range(len(early)), key=lambda place: -early[place])
    going = going[: max(1, len(early) // REDUCTION)]
    return max(final) - max(final[place] for place in going)


def main() -> None:
    """Trains every configuration on every share and prints how the rungs compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--name", default="", help="What the record calls the data.")
    parser.add_argument("--configurations", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=9)
    parser.add_argument("--rungs", type=int, default=2)
    parser.add_argument("--space", default="cnn")
    parser.add_argument("--max-params", type=int, default=60_000)
    options = parser.parse_args()
    config = SearchConfig(options.data)
    rungs = plan_rungs(options.epochs, options.rungs, REDUCTION)
    finals: list[float] = []
    found: dict[float, list[tuple[float, float]]] = {share: [] for share in SHARES}
    with tempfile.TemporaryDirectory() as folder:
        data = dataset.load(
            config.data, options=config.read_options, test=0.2, validation=0.2, seed=0
        )
        data.save(Path(folder))
        task, signature = find_task("auto", data.summary)
        space = make_space((options.space,), signature, None, ())
        context = JobContext(Path(folder), emit=lambda message: None)
        count, seed = data.summary.counts["train"], 0
        while len(finals) < options.configurations:
            seed += 1
            values = space.sample(seed)
            args = {"space": space_spec((options.space,), signature, {}), "values": values}
            args |= {"seed": seed, "epochs": options.epochs, "deadline": None, "task": task}
            args |= {"model_file": "models/one.keras", "class_weights": "none"}
            try:
                if space.construct(space.architecture(values)).count_params() > options.max_params:
                    continue
                final, took = trained(context, args)
            except AutomlError as error:
                print(f"configuration {seed} is left out: {error}")
                continue
            finals.append(final)
            line = f"{seed:>3}  whole {final:.4f} in {took:.0f} s;"
            for share in SHARES:
                stages = plan_stages(rungs, share, count, 1, 1, 0) if share < 1.0 else None
                plan = {"stages": stages.to_dict()} if stages else {}
                found[share].append(trained(context, args, until=rungs[0], **plan))
                line += f"  {share:g}: {found[share][-1][0]:.4f}"
            print(line, flush=True)
            record = _record(vars(options), count, rungs, finals, found)
            path = write_result("subsets", record)
    for share, row in record["shares"].items():
        print(
            f"{share:>7}: correlation {row['kendall']:.2f}, lost {100 * row['lost']:.2f} points,"
            f" {row['seconds']:.1f} s of processor time"
        )
    print(path)


def _record(
    options: dict[str, Any],
    examples: int,
    rungs: tuple[int, ...],
    finals: list[float],
    found: dict[float, list[tuple[float, float]]],
) -> dict[str, Any]:
    rows = {}
    for share, results in found.items():
        early = [accuracy for accuracy, _ in results]
        rows[str(share)] = {
            "examples": round(share * examples),
            "kendall": float(kendalltau(early, finals).statistic) if len(finals) > 1 else None,
            "lost": regret(early, finals),
            "seconds": sum(seconds for _, seconds in results),
            "early": early,
        }
    name = options["name"] or Path(options["data"]).name
    options = {key: value for key, value in options.items() if key != "name"} | {"data": name}
    return options | {"examples": examples, "rungs": rungs, "final": finals, "shares": rows}


if __name__ == "__main__":
    main()
