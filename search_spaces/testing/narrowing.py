"""What every search space keeps where choices, plans or targets leave less of it."""

from __future__ import annotations

from typing import Any

import pytest

from search_spaces.errors import UnsuitableSpaceError, UserInputError
from search_spaces.limits import TARGETS
from search_spaces.narrowing import last_part
from search_spaces.space import SearchSpace
from search_spaces.testing.space_cases import SEEDS, SpaceCases, declared


class NarrowingContract(SpaceCases):
    """Choices, plans and limits."""

    # Narrowing

    def test_choices_narrow_every_root(self, one: SearchSpace) -> None:
        for each in one.hyperparameters().space:
            if each.conditions or len(each.values) < 2:
                continue
            kept = each.values[-1]
            narrowed = self.make(one, choices={each.name: [str(kept)]})
            assert narrowed.size() < one.size()
            for seed in SEEDS:
                assert narrowed.sample(seed)[each.name] == kept
            for guess in narrowed.first_guesses():
                assert guess.get(each.name, kept) == kept  # Or it plays no part.

    def test_bad_choices_are_refused(self, one: SearchSpace) -> None:
        name = one.hyperparameters().space[0].name
        refused: list[dict[str, Any]] = [{name + "x": [1]}, {name: ["no such"]}, {name: []}]
        for choices in refused:
            with pytest.raises(UserInputError):
                self.make(one, choices=choices)

    def test_its_plan_can_be_written_down(self, one: SearchSpace) -> None:
        if one.plan is None:
            return
        fields = {name: getattr(one.plan, name) for name in one.plan.__dataclass_fields__}
        again = self.space_class(one.signature, plan=fields)
        assert again.plan == one.plan
        assert declared(again.hyperparameters()) == declared(one.hyperparameters())
        with pytest.raises(UserInputError, match="no plan field"):
            self.space_class(one.signature, plan={"no such field": 1})

    # Limits

    def test_limits_speak_of_what_there_is(self, space: SearchSpace) -> None:
        options = {each.name: each.values for each in space.hyperparameters().space}
        for limit in space.limits():
            assert limit.reason
            assert "\n" not in limit.reason
            if not limit.name:
                continue
            named = [name for name in options if limit.speaks_of(name)]
            assert named, limit
            for option in limit.options:
                assert any(option in options[name] for name in named), (limit, option)

    def test_targets_leave_out_what_cannot_ship(self, space: SearchSpace) -> None:
        for target in TARGETS:
            limits = [limit for limit in space.limits() if limit.target == target]
            if any(not limit.name for limit in limits):
                with pytest.raises(UnsuitableSpaceError, match="cannot be shipped"):
                    self.make(space, targets=[target])
                continue
            narrowed = self.make(space, targets=[target])
            assert bool(narrowed.left_out) == bool(limits)
            for seed in SEEDS:
                sample = narrowed.sample(seed)
                assert target not in space.unsupported(sample)
                for out in narrowed.left_out:
                    assert sample.get(out.name) != out.option
            for guess in narrowed.first_guesses():
                assert target not in space.unsupported(guess)

    def test_what_is_limited_is_named(self, space: SearchSpace) -> None:
        for limit in space.limits():
            for seed in range(20):
                values = space.sample(seed)
                taken = {last_part(name): value for name, value in values.items()} | values
                if not limit.name or taken.get(limit.name) in limit.options:
                    assert limit.target in space.unsupported(values)
