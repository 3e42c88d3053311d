"""What a search would do, without doing it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from automl.config import SearchConfig
from automl.data import dataset
from automl.preprocessing.limits import float_start
from automl.registry import TASKS
from automl.report.command import command_line
from automl.resolve import find_epochs, find_rungs, find_stages, find_task, plan_space, why_task
from automl.starting import starting_model
from automl.tasks.objectives import find_objectives
from automl.tuning.observer import Observer
from automl.tuning.stages import told


def preview(config: SearchConfig, observer: Observer | None = None) -> dict[str, Any]:
    """Returns the configuration, the data and the space, JSON-ready.

    Args:
        config: What would be done.
        observer: Hears of the stages and of the reading.

    Raises:
        UserInputError: If the data or an option is wrong.
    """
    observer = observer or Observer()
    starting_model(config)
    observer.stage("Reading the data")
    data = dataset.load(
        config.data,
        options=replace(config.read_options, progress=observer.reading),
        test=config.test,
        validation=config.validation,
        seed=config.seed,
    ).summary
    task, signature = find_task(config.task, data)
    observer.stage("Loading Keras and counting what can be searched")
    plan = plan_space(config, signature, float_start(data))
    space = plan.space
    epochs = find_epochs(config.epochs, data.counts["train"])
    rungs = find_rungs(config, epochs, data.counts["train"], pausable=space.pausable)
    stages = find_stages(config, rungs, data)
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
        "epochs": epochs,
        "rungs": rungs,
        "stages": stages.to_dict() if stages else None,
        "notes": [
            *([told(stages, data.counts["train"])] if stages else []),
            *TASKS.get(task)().notes(data),
            *data.notes,
            *data.skipped_notes(),
            *plan.notes,
            *plan.skipped,
        ],
    }
