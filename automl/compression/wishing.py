"""What is asked of a finished run, from words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from automl.compression.files import SUFFIX, read_recipes
from automl.compression.later import Wish
from automl.compression.recipe import Recipe
from automl.compression.rule import Rule
from automl.config import AUTO, SearchConfig
from automl.units import parse_duration, parse_share, parse_size


def make_wish(
    config: SearchConfig,
    recipes: Sequence[str] = (),
    trials: Sequence[int] = (),
    max_accuracy_drop: str | float | None = None,
    prefer: str | None = None,
    max_size: str | int | None = None,
    time: str | float | None = None,
) -> Wish:
    """Returns a wish; what is not given is as in the search.

    Args:
        config: The run's configuration.
        recipes: Names, or ``.toml`` files; none for the ladder.
        trials: Numbers of trials; none for the few best.
        max_accuracy_drop: A share such as ``"1%"``.
        prefer: One of `automl.compression.rule.PREFERENCES`.
        max_size: A size such as ``"50kB"``.
        time: A time such as ``"10m"``.

    Raises:
        UserInputError: If something cannot be read.
    """
    own = [each for name in recipes if name.endswith(SUFFIX) for each in read_recipes(name)]
    names = [name for name in recipes if not name.endswith(SUFFIX)]
    drop = config.max_accuracy_drop
    if max_accuracy_drop is not None:
        drop = parse_share(max_accuracy_drop, "max-accuracy-drop")
    bounds = config.constraints
    if max_size is not None:
        bounds = replace(bounds, max_size=parse_size(max_size, "max-size"))
    return Wish(
        recipes=(*names, *(recipe.name for recipe in own)) or (AUTO,),
        own_recipes=_checked(own),
        trials=tuple(trials),
        rule=Rule(drop, prefer or config.prefer),
        constraints=bounds,
        time=None if time is None else parse_duration(time),
    )


def _checked(recipes: Sequence[Recipe]) -> tuple[Recipe, ...]:
    return tuple({recipe.name: recipe for recipe in recipes}.values())
