"""What is asked of a finished run: which recipes, of which trials, within which bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from automl.compression.ladder import BASE, further
from automl.compression.recipe import Recipe
from automl.compression.recipe_files import SUFFIX, read_recipes
from automl.compression.rule import Rule
from automl.config import AUTO, Constraints, SearchConfig
from automl.units import parse_duration, parse_share, parse_size


@dataclass(frozen=True)
class CompressionRequest:
    """What is asked of a finished run.

    Attributes:
        recipes: Names of recipes; ``auto`` stands for all of the ladder.
        own_recipes: Records of those that came from a file, by name.
        trials: Numbers of the trials to compress; empty for the run's own choice of
            a few.
        rule: What is wanted of the file that ships.
        constraints: Bounds on that file.
        time: Seconds that it may take; None for no such bound.
    """

    recipes: tuple[str, ...] = (AUTO,)
    own_recipes: tuple[Recipe, ...] = ()
    trials: tuple[int, ...] = ()
    rule: Rule = field(default_factory=Rule)
    constraints: Constraints = field(default_factory=Constraints)
    time: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The recipes to try, with ``auto`` spelled out."""
        every = (*BASE, *further())
        named = [every if name == AUTO else (name,) for name in self.recipes]
        return tuple(dict.fromkeys(each for names in named for each in names))


def make_request(
    config: SearchConfig,
    recipes: Sequence[str] = (),
    trials: Sequence[int] = (),
    max_accuracy_drop: str | float | None = None,
    prefer: str | None = None,
    max_size: str | int | None = None,
    time: str | float | None = None,
) -> CompressionRequest:
    """Returns a request read from words; what is not given is as in the search.

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
    return CompressionRequest(
        recipes=(*names, *(recipe.name for recipe in own)) or (AUTO,),
        own_recipes=_checked(own),
        trials=tuple(dict.fromkeys(trials)),
        rule=Rule(drop, prefer or config.prefer),
        constraints=bounds,
        time=None if time is None else parse_duration(time),
    )


def _checked(recipes: Sequence[Recipe]) -> tuple[Recipe, ...]:
    return tuple({recipe.name: recipe for recipe in recipes}.values())
