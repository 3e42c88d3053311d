"""What a search would do, without doing it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from automl.config import SearchConfig
from automl.data import dataset
from automl.preprocessing.limits import limits_of
from automl.registry import TASKS
from automl.report.command import command_line
from automl.resolve import find_epochs, find_task, plan_space, why_task
from automl.starting import starting_model
from automl.tasks.objectives import find_objectives


def preview(config: SearchConfig) -> dict[str, Any]:
    """Returns the configuration, the data and the space, JSON-ready.

    Raises:
        UserInputError: If the data or an option is wrong.
    """
    starting_model(config)
    data = dataset.load(
        config.data,
        options=config.read_options,
        test=config.test,
        validation=config.validation,
        seed=config.seed,
    ).summary
    task, signature = find_task(config.task, data)
    plan = plan_space(config, signature, limits_of(data))
    space = plan.space
    return {
        "config": config.to_dict(),
        "command": command_line(config),
        "task": task,
        "why": why_task(config.task, data),
        "objective": list(find_objectives(config.objective, TASKS.get(task)(), data)),
        "data": data.to_dict(),
        "space": {
            "name": space.name,
            "size": space.size(),
            "first_guesses": len(space.first_guesses()),
            "targets": list(plan.targets),
            "left_out": [asdict(out) for out in space.left_out],
        },
        "formats": list(plan.formats),
        "epochs": find_epochs(config.epochs, data.counts["train"]),
        "notes": [
            *TASKS.get(task)().notes(data),
            *data.notes,
            *data.skipped_notes(),
            *plan.notes,
            *plan.skipped,
        ],
    }
