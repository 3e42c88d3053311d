"""What a search would do, without doing it."""

from __future__ import annotations

from typing import Any

from automl.config import SearchConfig
from automl.data import dataset
from automl.resolve import find_task, suitable_space
from search_spaces import SPACES


def preview(config: SearchConfig) -> dict[str, Any]:
    """Returns the configuration, the data and the space, JSON-ready.

    Raises:
        UserInputError: If the data or an option is wrong.
    """
    data = dataset.load(
        config.data, test=config.test, validation=config.validation, seed=config.seed
    ).summary
    _, signature = find_task(config.task, data)
    name = suitable_space(config.space, signature)
    space = SPACES.get(name)(signature, choices=config.choices or None)
    return {
        "config": config.to_dict(),
        "data": data.to_dict(),
        "space": {
            "name": name,
            "size": space.size(),
            "first_guesses": len(space.first_guesses()),
        },
    }
