"""What ``auto`` stands for: decided from the data's description and the plan alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any

from automl.config import AUTO, USUAL_EPOCHS, SearchConfig
from automl.data.dataset import DataSummary
from automl.errors import UserInputError
from automl.registry import EXPORTERS, ORACLES, RECIPES, TASKS
from automl.tuning.rungs import OFF, plan_rungs
from automl.tuning.stages import Stages, plan_stages
from search_spaces import Signature
from search_spaces.definition import Definition
from search_spaces.narrowing import last_part

if TYPE_CHECKING:
    from search_spaces.limits import LeftOut
    from search_spaces.space import SearchSpace

#: Epochs of a trial at most, and steps that they are worth, where nobody says.
MOST_EPOCHS, LEAST_STEPS = 150, 1000
USUAL_BATCH = 32
DEFAULT_ORACLE = "auto"
#: Training steps of a whole trial from which trials are trained in rungs, where nobody
#: says: with fewer, building and measuring a candidate takes longer than training it.
RUNG_STEPS = 5000
#: The format that is dropped rather than what was asked for, when nobody asked for it.
OPTIONAL_FORMAT = "tfjs"
_INT8 = "int8"

#: From the largest to the smallest stored weight.
_WEIGHT_ORDER = ("float32", "float16", "int8", "int4")


#: Kind of a target -> task that is meant where the source does not say.
_TASK_OF = {
    "class": "classification",
    "labels": "multilabel",
    "number": "regression",
    "none": "anomaly",
}


def find_task(name: str, data: DataSummary) -> tuple[str, Signature]:
    """Returns the task's name, inferred if ``auto``, and the signature it gives the data.

    Raises:
        UserInputError: If the task does not suit the data.
    """
    asked = name != AUTO
    if not asked:
        name = infer_task(data)
    if reason := TASKS.get(name).suits(data):
        suiting = [each for each in TASKS.names() if TASKS.get(each).suits(data) is None]
        advice = f" It can be asked for {', '.join(suiting)}." if asked and suiting else ""
        raise UserInputError(f"The task {name!r} does not suit the data: {reason}.{advice}")
    return name, Signature(data.input, TASKS.get(name)().target(data))


def infer_task(data: DataSummary) -> str:
    """Returns the task that data is for: what its source says, else what its labels are."""
    if data.task:
        return data.task
    if any(data.target.steps):
        return "forecasting"
    return _TASK_OF[data.target.kind]


def why_task(asked: str, data: DataSummary) -> str:
    """Returns why a task was taken, in a few words: who asked, or what the data is like."""
    if asked != AUTO:
        return f"--task {asked}"
    kinds = {
        "class": f"{len(data.target.names):,} classes",
        "labels": f"{len(data.target.names):,} labels, several at once",
        "number": f"numbers: {', '.join(data.target.names[:3])}",
        "none": "there are no labels",
    }
    return data.why or kinds[data.target.kind]


@dataclass(frozen=True, eq=False)
class SpacePlan:
    """What is searched and what is written of it.

    Attributes:
        space: The space, narrowed to what ships.
        entries: What it is made of, with ``auto`` spelled out.
        formats: Formats to write.
        targets: What the space was narrowed to, of `search_spaces.limits.TARGETS`.
        notes: What a person should know of the above.
        skipped: Which recipes are not tried for which configurations, and why.
    """

    space: SearchSpace
    entries: tuple[str | Definition, ...]
    formats: tuple[str, ...]
    targets: tuple[str, ...]
    notes: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


def plan_space(config: SearchConfig, signature: Signature, float_start: str = "") -> SpacePlan:
    """Makes the space that a configuration asks for, narrowed to what can be shipped.

    What was not asked for excludes nothing that was: TF.js files that are only
    written by default are given up for a space or an option named by the user.

    Args:
        config: What was asked for.
        signature: Input and target.
        float_start: Why integers cannot begin at the raw input, as of
            `automl.preprocessing.limits.float_start`.

    Raises:
        UserInputError: If a name is unknown, or nothing is left that fits the
            data and the files.
    """
    plan = _planned(config, signature)
    recipes = _int8_recipes(config)
    if not float_start or not recipes:
        return plan
    note = f"As {', '.join(recipes)}, the first layers stay in float32: {float_start}."
    return replace(plan, notes=(*plan.notes, note))


def _planned(config: SearchConfig, signature: Signature) -> SpacePlan:
    from search_spaces.making import make_space, name_of, resolve

    entries = resolve(config.entries, signature)
    targets = targets_of(config)
    choices = config.choices or None
    if AUTO not in config.export or OPTIONAL_FORMAT not in targets:
        space = make_space(entries, signature, choices, targets)
        skipped = _skipped(space, config, targets)
        return SpacePlan(space, entries, config.formats, targets, skipped=skipped)
    named = {name_of(entry) for entry in config.entries}
    try:
        space = make_space(entries, signature, choices, targets)
    except UserInputError as error:
        reason = str(error)
    else:
        lost = next((out for out in space.left_out if _was_named(out, named, config.choices)), None)
        if lost is None:
            skipped = _skipped(space, config, targets)
            return SpacePlan(space, entries, config.formats, targets, skipped=skipped)
        reason = f"{lost.name}={lost.option} cannot be shipped as {lost.target}: {lost.reason}"
    formats = tuple(name for name in config.formats if name != OPTIONAL_FORMAT)
    targets = tuple(target for target in targets if target != OPTIONAL_FORMAT)
    space = make_space(entries, signature, choices, targets)  # The error may be another.
    note = f"No {OPTIONAL_FORMAT} files are written, which nobody asked for: {reason}"
    skipped = _skipped(space, config, targets)
    return SpacePlan(space, entries, formats, targets, (note,), skipped)


def _was_named(out: LeftOut, spaces: set[str], choices: Mapping[str, Any]) -> bool:
    """Returns whether the user asked for what a target left out."""
    if out.name == "space":
        return out.option in spaces
    for key in (out.name, last_part(out.name)):
        options = choices.get(key, ())
        asked = [options] if isinstance(options, str | int | float) else options
        if str(out.option) in map(str, asked):
            return True
    return False


def targets_of(config: SearchConfig) -> tuple[str, ...]:
    """Returns what the planned files are, of `search_spaces.limits.TARGETS`.

    Full int8 is one of them only where every recipe that was named asks for
    it: otherwise it is left to each candidate, see `supported`.
    """
    from search_spaces.limits import TARGETS

    targets = [name for name in config.formats if name in TARGETS]
    held = [
        RECIPES.get(name)
        for name in config.recipes
        if any(EXPORTERS.get(each).holds(RECIPES.get(name)) for each in config.formats)
    ]
    if AUTO not in config.compress and held and all(r.activations != "float32" for r in held):
        targets.append(_INT8)
    return tuple(targets)


def supported(recipes: Sequence[str], unsupported: Mapping[str, str]) -> tuple[str, ...]:
    """Returns those of `recipes` that are worth trying on a configuration.

    Args:
        recipes: Registry names.
        unsupported: What `SearchSpace.unsupported` says of the configuration.
    """
    return tuple(
        name
        for name in recipes
        if _INT8 not in unsupported or RECIPES.get(name).activations == "float32"
    )


def _int8_recipes(config: SearchConfig) -> list[str]:
    return [name for name in config.recipes if RECIPES.get(name).activations != "float32"]


def _skipped(space: SearchSpace, config: SearchConfig, targets: Sequence[str]) -> tuple[str, ...]:
    """Says for which configurations a planned recipe is not tried."""
    from search_spaces.making import out_of_reach

    recipes = _int8_recipes(config)
    if not recipes or _INT8 in targets:
        return ()
    reasons: dict[str, list[LeftOut]] = {}
    for limit in out_of_reach(space, _INT8):
        reasons.setdefault(limit.reason, []).append(limit)
    return tuple(
        f"{', '.join(recipes)} is not tried for {described(limits) or 'this space'}: {reason}."
        for reason, limits in reasons.items()
    )


def described(limits: Sequence[LeftOut]) -> str:
    """Returns the options of several limits in a few words: ``block=lstm, gru``."""
    options: dict[str, list[str]] = {}
    for limit in limits:
        if limit.name:
            name = limit.name if limit.name == "space" else limit.name.rsplit("/", 1)[-1]
            found = options.setdefault(name, [])
            if str(limit.option) not in found:
                found.append(str(limit.option))
    return "; ".join(f"{name}={', '.join(found)}" for name, found in options.items())


def find_epochs(epochs: int | None, examples: int) -> int:
    """Returns the epochs of one trial at most.

    An epoch of a few examples is a few steps: small data gets more of them.

    Args:
        epochs: What was asked for, if anything.
        examples: Number of training examples.
    """
    if epochs is not None:
        return epochs
    steps = max(1, -(-examples // USUAL_BATCH))
    return min(MOST_EPOCHS, max(USUAL_EPOCHS, -(-LEAST_STEPS // steps)))


def find_rungs(config: SearchConfig, epochs: int, examples: int, *, pausable: bool) -> list[int]:
    """Returns the epochs after which trials are paused, and those of a whole training last.

    Args:
        config: What was asked for.
        epochs: Of a whole training, as of `find_epochs`.
        examples: Number of training examples.
        pausable: Whether the space's trainings can be paused.

    Raises:
        UserInputError: If rungs were asked for where there can be none, or are to
            be left out of a strategy that is made of them.
    """
    name = find_oracle(config.oracle)
    needed = bool(getattr(ORACLES.get(name), "rungs", False))
    if config.rungs == OFF and needed:
        raise UserInputError(
            f"--oracle {name} trains in rungs. Received: --rungs off."
            " Leave it out, or choose another oracle, e.g. random."
        )
    asked = isinstance(config.rungs, int) and config.rungs > 1
    if not pausable and (asked or needed):
        raise UserInputError(
            "--rungs needs a training that can be paused. Received: a hypermodel with a `fit` of"
            " its own. Leave --rungs out."
        )
    steps = epochs * -(-examples // USUAL_BATCH)
    by_itself = name == DEFAULT_ORACLE and steps >= RUNG_STEPS and pausable
    if config.rungs == AUTO and not (needed or by_itself):
        return [epochs]
    return list(plan_rungs(epochs, config.rungs, config.reduction))


def find_stages(config: SearchConfig, rungs: Sequence[int], data: DataSummary) -> Stages | None:
    """Returns on what share of the examples each epoch trains; None for all on everything.

    Args:
        config: What was asked for.
        rungs: As of `find_rungs`.
        data: What is trained on.

    Raises:
        UserInputError: If a share was asked for where no trial is paused.
    """
    classes = len(data.target.names) if data.target.kind == "class" else 1
    numbers = prod(int(each or 1) for each in data.input.shape)
    count = data.counts["train"]
    return plan_stages(rungs, config.subset, count, numbers, classes, config.seed)


def find_oracle(name: str) -> str:
    """Returns the registry name or import path of the oracle to ask."""
    return DEFAULT_ORACLE if name == "auto" else name


def by_size(names: Sequence[str]) -> tuple[str, ...]:
    """Returns recipes from the smallest stored weights to the largest."""

    def largeness(name: str) -> tuple[int, bool]:
        recipe = RECIPES.get(name)
        return -_WEIGHT_ORDER.index(recipe.weights), recipe.activations == "float32"

    return tuple(sorted(names, key=largeness))


def smallest_weights(names: Sequence[str]) -> tuple[str, ...]:
    """Returns the recipes, of those `by_size` ordered, that store weights as the first does."""
    first = RECIPES.get(names[0]).weights
    return tuple(name for name in names if RECIPES.get(name).weights == first)
