"""What a search would do, without doing it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from automl.config import SearchConfig
from automl.data import dataset
from automl.pipeline import starting_model
from automl.resolve import find_task, plan_space


def preview(config: SearchConfig) -> dict[str, Any]:
    """Returns the configuration, the data and the space, JSON-ready.

    Raises:
        UserInputError: If the data or an option is wrong.
    """
    starting_model(config)
    data = dataset.load(
        config.data,
        test=config.test,
        validation=config.validation,
        seed=config.seed,
        kind=config.input,
    ).summary
    _, signature = find_task(config.task, data)
    plan = plan_space(config, signature)
    space = plan.space
    return {
        "config": config.to_dict(),
        "data": data.to_dict(),
        "space": {
            "name": space.name,
            "size": space.size(),
            "first_guesses": len(space.first_guesses()),
            "targets": list(plan.targets),
            "left_out": [asdict(out) for out in space.left_out],
        },
        "formats": list(plan.formats),
        "notes": list(plan.notes),
    }
