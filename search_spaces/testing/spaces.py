"""What every search space must keep, whatever it builds."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import numpy as np
import pytest

from search_spaces.errors import UnsuitableSpaceError, UserInputError
from search_spaces.limits import TARGETS
from search_spaces.narrowing import last_part
from search_spaces.signature import TARGET_KINDS
from search_spaces.space import SearchSpace
from search_spaces.testing.cases import Case, cases_of, make_offline
from search_spaces.testing.checks import check_same_twice, check_saving, check_step
from search_spaces.testing.inputs import INPUTS, batch
from search_spaces.training.recipe import Recipe
from search_spaces.variation import crossover, mutate

SEEDS = range(2)
#: Neighbors of one sample that are compared as built models.
NEIGHBORS = 4


def _with(values: dict[str, Any]) -> Any:
    hp = keras_tuner.HyperParameters()
    hp.values = dict(values)
    return hp


def _declared(hp: Any) -> list[dict[str, Any]]:
    return [each.get_config() for each in hp.space]


def builds(test: Any) -> Any:
    """Marks a test that builds models: it runs on fewer problems."""
    test.builds_models = True
    return test


def _first_of(cases: tuple[Case, ...], group: Callable[[Case], Any]) -> tuple[Case, ...]:
    first: dict[Any, Case] = {}
    for case in cases:
        first.setdefault(group(case), case)
    return tuple(first.values())


@cache
def _space(space_class: type[SearchSpace], case: Case) -> SearchSpace:
    return make_offline(space_class, case.signature)


class SpaceContract:
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

    space_class: type[SearchSpace]
    kinds: tuple[str, ...] = tuple(INPUTS)

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        """Returns the problems to test on."""
        return tuple(case for case in cases_of(cls.space_class) if case.kind in cls.kinds)

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Parametrizes by the problems that the space accepts."""
        if "case" not in metafunc.fixturenames:
            return
        builds = getattr(metafunc.function, "builds_models", False)
        cases = self.built_cases() if builds else self.decided_cases()
        metafunc.parametrize("case", cases, ids=str)

    @classmethod
    def decided_cases(cls) -> tuple[Case, ...]:
        """Returns the smallest problem of each kind of input, three at most."""
        return _first_of(cls.cases(), lambda case: case.signature.input.kind)[:3]

    @classmethod
    def built_cases(cls) -> tuple[Case, ...]:
        """Returns the smallest problem of each rank."""
        return _first_of(cls.cases(), lambda case: case.signature.input.rank)

    @pytest.fixture
    def space(self, case: Case) -> SearchSpace:
        return _space(self.space_class, case)

    @pytest.fixture
    def values(self, space: SearchSpace, case: Case) -> dict[str, Any]:
        """Returns one configuration, another for each problem."""
        return space.sample(self.cases().index(case))

    @pytest.fixture
    def one(self) -> SearchSpace:
        """Returns the space on the first problem, for what does not depend on it."""
        return _space(self.space_class, self.cases()[0])

    def make(self, space: SearchSpace, **options: Any) -> SearchSpace:
        """Returns the space again with other options."""
        return make_offline(self.space_class, space.signature, **options)

    # Naming and accepting

    def test_is_named_and_summed_up(self, one: SearchSpace) -> None:
        assert one.name == self.space_class.name != ""
        assert one.summary
        assert "\n" not in one.summary

    def test_accepts_what_it_is_tested_on(self) -> None:
        assert self.cases()
        if self.kinds != tuple(INPUTS):
            assert {case.kind for case in self.cases()} == set(self.kinds)

    def test_what_it_refuses_it_refuses_in_one_line(self) -> None:
        refused = [
            case
            for case in (Case(kind, target) for target in TARGET_KINDS for kind in INPUTS)
            if self.space_class.accepts(case.signature) is not None
        ]
        for case in refused:
            with pytest.raises(UnsuitableSpaceError) as caught:
                self.space_class(case.signature)
            assert "\n" not in str(caught.value)

    # Deciding

    def test_every_walk_declares_everything(self, space: SearchSpace) -> None:
        expected = _declared(space.hyperparameters())
        for seed in SEEDS:
            hp = _with(space.sample(seed))
            space.choose(hp)
            assert _declared(hp) == expected

    def test_names_are_declared_once_in_nested_scopes(self, space: SearchSpace) -> None:
        names = [each.name for each in space.hyperparameters().space]
        assert len(names) == len(set(names))
        assert space.size() >= 1
        assert json.loads(json.dumps(space.describe())) == space.describe()

    def test_architecture_is_a_frozen_record(self, space: SearchSpace) -> None:
        for seed in SEEDS:
            values = space.sample(seed)
            architecture = space.architecture(values)
            assert architecture == space.architecture(values)
            assert hash(architecture) == hash(space.architecture(values))
            assert isinstance(architecture.recipe, Recipe)
            assert space.batch_size(values) == architecture.recipe.batch_size

    def test_canonical_form_is_stable_and_complete(self, space: SearchSpace) -> None:
        for seed in SEEDS:
            sample = space.sample(seed)
            canonical = space.canonical(sample)
            assert sample == space.sample(seed)
            assert canonical == space.canonical(canonical)
            assert canonical.items() <= sample.items()
            assert sample.keys() - canonical.keys() <= set(space.idle(space.architecture(sample)))
            # As it comes back from a store.
            again = json.loads(json.dumps(canonical))
            assert again == canonical
            assert space.architecture(again) == space.architecture(sample)

    def test_canonical_form_drops_what_is_not_active(self, space: SearchSpace) -> None:
        for seed in SEEDS:
            values = space.sample(seed)
            # Everything the space knows, with the sample's own values on top.
            noisy = {each.name: each.default for each in space.hyperparameters().space} | values
            assert space.canonical(noisy) == space.canonical(values)
            assert space.architecture(noisy) == space.architecture(values)

    def test_different_canonical_forms_are_different_architectures(self, one: SearchSpace) -> None:
        samples = [one.canonical(one.sample(seed)) for seed in range(30)]
        # A single gene makes all the difference.
        samples += [mutate(one, samples[0], random.Random(seed)) for seed in range(30)]
        unique = {json.dumps(sample): sample for sample in samples}
        architectures = {one.architecture(sample) for sample in unique.values()}
        assert len(architectures) == len(unique), "two configurations, one architecture record"

    def test_neighbors_differ_in_what_is_built(self, one: SearchSpace) -> None:
        """A changed gene changes the layers, what regularizes them, or the training."""
        sample = one.canonical(one.sample(0))
        mutants = [mutate(one, sample, random.Random(seed)) for seed in range(NEIGHBORS)]
        unique = {json.dumps(each): each for each in (sample, *mutants)}
        built = set()
        for values in unique.values():
            architecture = one.architecture(values)
            config = one.construct(architecture).get_config()
            built.add((json.dumps(config, default=str), architecture.recipe))
        assert len(built) == len(unique), "two configurations, one model and recipe"

    def test_bad_values_are_refused(self, one: SearchSpace) -> None:
        name = one.hyperparameters().space[0].name
        with pytest.raises(UserInputError, match="Received"):
            one.architecture({name: "no such option"})
        with pytest.raises(UserInputError, match="no hyperparameter"):
            one.architecture({"no such name": 1})

    # Guesses

    def test_first_guesses_are_legal_and_distinct(self, space: SearchSpace) -> None:
        for guess in space.guesses():
            assert space.canonical(guess).items() >= guess.items()
        guesses = space.first_guesses()
        assert [space.canonical(guess) for guess in guesses] == list(guesses)
        assert len({json.dumps(guess) for guess in guesses}) == len(guesses)

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
        assert _declared(again.hyperparameters()) == _declared(one.hyperparameters())
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

    # Varying

    def test_children_are_legal(self, space: SearchSpace) -> None:
        rng = random.Random(0)
        for seed in SEEDS:
            first, second = (space.canonical(space.sample(each)) for each in (seed, seed + 100))
            mutant = mutate(space, first, rng)
            assert mutant == space.canonical(mutant)
            assert mutant != first or space.size() == 1
            child = crossover(space, first, second, rng)
            assert child == space.canonical(child)
            assert crossover(space, first, first, rng) == first

    # Building

    def test_declaring_equals_what_building_touches(self, one: SearchSpace) -> None:
        declared, built = keras_tuner.HyperParameters(), keras_tuner.HyperParameters()
        one.declare_hyperparameters(declared)
        one.build(built)
        assert _declared(declared) == _declared(built)
        assert declared.values == built.values

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


def check_answers(model: Any, space: SearchSpace) -> None:
    """Checks that a model maps raw inputs to what the target asks for."""
    target = space.signature.target
    inputs = batch(space.signature, 4)[0]
    outputs = keras.ops.convert_to_numpy(model(inputs))
    assert np.isfinite(outputs).all()
    names = [layer.name for layer in model.layers if layer.name in _ENDS]
    if target.kind == "reconstruction":
        assert outputs.shape == inputs.shape
        assert names == ["outputs"]
        return
    assert outputs.shape == (4, target.units)
    if target.kind == "regression":
        assert names == ["outputs"]
        return
    assert names == ["logits", "probabilities"]
    assert ((outputs >= 0) & (outputs <= 1)).all()
    if target.kind == "classification":
        np.testing.assert_allclose(outputs.sum(axis=1), 1.0, atol=1e-5)


_ENDS = ("logits", "probabilities", "outputs")
