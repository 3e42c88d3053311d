"""What a configuration may hold: names that are known, numbers that make sense."""

from __future__ import annotations

from automl import registry
from automl.compression.recipe import Recipe
from automl.config import AUTO, BACKENDS, CLASS_WEIGHTS, COLORS, SearchConfig
from automl.errors import UserInputError
from automl.execution.cluster.asking import check_asked
from automl.hardware.accelerator import KINDS
from automl.hardware.precision import PRECISIONS
from automl.tasks.metrics import COSTS, OBJECTIVES
from automl.tuning.rungs import read_rungs
from automl.tuning.stages import read_subset
from search_spaces import SPACES
from search_spaces.registry import nearest
from search_spaces.signature import INPUT_KINDS


def check_config(config: SearchConfig) -> None:
    """Checks every field; recipes of the configuration's own become known on the way.

    Raises:
        UserInputError: If a name is unknown or a value makes no sense.
    """
    _check_names(config)
    _check_numbers(config)
    check_asked(config.ray, config.ray_resources, config.storage, config.workers)


def _check_names(config: SearchConfig) -> None:
    for name, known in (("task", registry.TASKS), ("oracle", registry.ORACLES)):
        if getattr(config, name) != AUTO:
            known.path(getattr(config, name))
    _check_spaces(config)
    _one_of(config.reading.input, (AUTO, *INPUT_KINDS), "input kind")
    _one_of(config.reading.color, COLORS, "colour")
    _one_of(config.class_weights, CLASS_WEIGHTS, "way to weigh classes")
    for name, record in config.own_recipes.items():
        registry.RECIPES.add(Recipe.from_dict({"name": name, **record}))
    for recipe in config.recipes:
        registry.RECIPES.path(recipe)
    config.rule  # noqa: B018  (it checks itself at birth)
    for format_ in config.formats:
        registry.EXPORTERS.path(format_)
    if not config.export:
        raise UserInputError("At least one export format is needed. Received: none.")
    if not config.objective:
        raise UserInputError("At least one objective is needed. Received: none.")
    for objective in config.objective:
        _one_of(objective, (AUTO, *OBJECTIVES), "objective")
    if config.objective[0] in COSTS:
        raise UserInputError(
            "The first objective ranks trained models and must be a validation metric,"
            f" e.g. val_accuracy or val_loss. Received: {config.objective[0]!r}. Put it first."
        )
    _one_of(config.backend, BACKENDS, "backend")
    _one_of(config.accelerator, KINDS, "accelerator")
    _one_of(config.precision, PRECISIONS, "precision")
    if config.backend != BACKENDS[0] and config.workers == 0:
        # Its converters would be in the same process, on the other backend.
        raise UserInputError(
            f"--backend {config.backend} trains in worker processes. Received: --workers 0, as"
            " for a hypermodel that only this process knows. Give --workers 1, and put a"
            " hypermodel in a module."
        )


def _check_spaces(config: SearchConfig) -> None:
    if not config.space:
        raise UserInputError("At least one space is needed. Received: none.")
    for name in config.space:
        if name in config.definitions:
            SPACES.path(config.definitions[name]["base"])
        elif name != AUTO:
            SPACES.path(name)
    for name in config.space:
        if config.space.count(name) > 1:
            raise UserInputError(f"Each space is named once. Received: {name!r} twice.")


def _check_numbers(config: SearchConfig) -> None:
    read_rungs(config.rungs)
    read_subset(config.subset)
    for name, least in (
        ("trials", 1),
        ("epochs", 1),
        ("reduction", 2),
        ("finalists", 0),
        ("repeats", 1),
        ("devices_per_trial", 1),
        ("trials_per_device", 1),
    ):
        value = getattr(config, name)
        if value is not None and (not isinstance(value, int) or value < least):
            raise UserInputError(
                f"--{name.replace('_', '-')} must be a whole number from {least}."
                f" Received: {value!r}."
            )
    _check_workers(config)
    config.device_use  # noqa: B018  (it checks itself at birth)
    if config.time is not None and not config.time > 0:
        raise UserInputError(f"--time must be above zero. Received: {config.time!r}.")
    if config.trial_time is not None and not config.trial_time > 0:
        raise UserInputError(f"--trial-time must be above zero. Received: {config.trial_time!r}.")
    if config.trials is None and config.time is None:
        raise UserInputError("A search needs an end: give --trials, --time or both.")
    for name in ("test", "validation"):
        share = getattr(config, name)
        if isinstance(share, str) and share:
            continue
        if isinstance(share, str) or not 0 < share < 0.9:
            raise UserInputError(
                f"--{name} is a share of the data between 0 and 0.9, or data of its own."
                f" Received: {share!r}."
            )
    if not isinstance(config.seed, int) or not 0 <= config.seed < 2**31:
        raise UserInputError(f"--seed is a whole number from 0 to 2^31. Received: {config.seed!r}.")


def _check_workers(config: SearchConfig) -> None:
    whole = isinstance(config.workers, int) and not isinstance(config.workers, bool)
    if config.workers != AUTO and not (whole and int(config.workers) >= 0):
        raise UserInputError(
            "--workers must be a whole number from 0, or auto for as many as cores and memory"
            f" allow. Received: {config.workers!r}."
        )


def _one_of(value: str, known: tuple[str, ...], name: str) -> None:
    if value not in known:
        raise UserInputError(
            f"Unknown {name} {value!r}.{nearest(value, known)} Known: {', '.join(known)}."
        )
