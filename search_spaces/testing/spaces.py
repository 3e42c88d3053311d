"""What every search space must keep, whatever it builds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras_tuner

from search_spaces.space import SearchSpace
from search_spaces.testing.checks import (
    check_answers,
    check_same_twice,
    check_saving,
    check_step,
)
from search_spaces.testing.deciding import DecidingContract
from search_spaces.testing.narrowing import NarrowingContract
from search_spaces.testing.space_cases import builds, declared


class SpaceContract(DecidingContract, NarrowingContract):
    """Subclass it and set `space_class`.

    Tests that build models run on a problem of each rank that the space accepts
    (of `search_spaces.testing.INPUTS`), those that only decide on one of each
    kind of input too; a sweep over random points of all problems is
    `automl.testing.sweep`. A space whose plan needs the network says in
    its class attribute ``offline_plan`` what to change in a test.

    Attributes:
        space_class: The space under test.
        kinds: Names in `search_spaces.testing.INPUTS` to test it on; it must
            accept each for one target at least.
    """

    def test_declaring_equals_what_building_touches(self, one: SearchSpace) -> None:
        told, built = keras_tuner.HyperParameters(), keras_tuner.HyperParameters()
        one.declare_hyperparameters(told)
        one.build(built)
        assert declared(told) == declared(built)
        assert told.values == built.values

    @builds
    def test_model_keeps_what_every_model_must(
        self, space: SearchSpace, values: dict[str, Any], tmp_path: Path
    ) -> None:
        model = check_same_twice(space, values)
        check_answers(model, space)
        check_step(model, space, values)
        check_saving(model, space, tmp_path / "m.keras")

    @builds
    def test_best_first_guess_trains(self, space: SearchSpace) -> None:
        guess = (space.first_guesses() or (space.canonical({}),))[0]
        model = space.build_from(guess)
        check_answers(model, space)
        check_step(model, space, guess)
