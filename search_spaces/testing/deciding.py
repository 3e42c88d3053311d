"""What every search space keeps while no model is built."""

from __future__ import annotations

import json
import random
from typing import Any

import keras_tuner
import pytest

from search_spaces.errors import UnsuitableSpaceError, UserInputError
from search_spaces.signature import TARGET_KINDS
from search_spaces.space import SearchSpace
from search_spaces.testing.cases import Case
from search_spaces.testing.inputs import INPUTS
from search_spaces.testing.space_cases import SEEDS, SpaceCases, declared
from search_spaces.training.recipe import Recipe
from search_spaces.variation import crossover, mutate

#: Neighbors of one sample that are compared as built models.
NEIGHBORS = 4


def _with(values: dict[str, Any]) -> Any:
    hp = keras_tuner.HyperParameters()
    hp.values = dict(values)
    return hp


class DecidingContract(SpaceCases):
    """Names, architectures, canonical forms, guesses and variation."""

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
        expected = declared(space.hyperparameters())
        for seed in SEEDS:
            hp = _with(space.sample(seed))
            space.choose(hp)
            assert declared(hp) == expected

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
