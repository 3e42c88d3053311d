"""What every oracle must keep when it is driven as ask/tell."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping
from typing import Any

import keras_tuner
import pytest

from automl.tuning.ask_tell import AskTell


def conditional_space() -> keras_tuner.HyperParameters:
    """Returns a space of 80 configurations, some of whose parts are not always active."""
    hp = keras_tuner.HyperParameters()
    hp.Choice("kind", ["deep", "wide"])
    with hp.conditional_scope("kind", ["deep"]):
        hp.Choice("depth", [1, 2, 3])
    with hp.conditional_scope("kind", ["wide"]):
        hp.Choice("width", [8, 16])
    hp.Choice("rate", [0.1, 0.03, 0.01, 0.003])
    hp.Boolean("biased")
    hp.Choice("scale", [0.5, 2.0])
    return hp


def tiny_space() -> keras_tuner.HyperParameters:
    """Returns a space of 6 configurations."""
    hp = keras_tuner.HyperParameters()
    hp.Choice("size", [1, 2, 3])
    hp.Boolean("biased")
    return hp


def active(space: keras_tuner.HyperParameters, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values that are active in `space`."""
    hp = space.copy()
    hp.values = dict(values)
    return {each.name: hp.values[each.name] for each in hp.space if hp.is_active(each)}


def score(values: Mapping[str, Any]) -> float:
    """Returns a score that depends on every part of a configuration."""
    text = json.dumps(values, sort_keys=True)
    return sum(map(ord, text)) % 97 / 97


class OracleContract:
    """Subclass it and override the `oracle_class` fixture.

    An oracle is a `keras_tuner.Oracle` that takes KerasTuner's own constructor
    arguments. Its randomness comes from ``self.seed`` and from what it knows
    (``self.trials``), never from the clock or a state of its own: a resumed
    search is a fresh oracle that is told the past.
    """

    @pytest.fixture
    def oracle_class(self) -> type[keras_tuner.Oracle]:
        raise NotImplementedError("Override the `oracle_class` fixture to return the class.")

    def asked(
        self, oracle_class: type[keras_tuner.Oracle], seed: int = 0, tiny: bool = False
    ) -> AskTell:
        """Returns a fresh oracle under ask/tell."""
        space = tiny_space() if tiny else conditional_space()
        return AskTell(oracle_class, space, lambda values: active(space, values), seed)

    def search(self, oracle: AskTell, count: int, start: int = 0) -> list[dict[str, Any]]:
        """Asks for `count` proposals, each told before the next is asked for."""
        found = []
        for number in range(start, start + count):
            values = oracle.ask(number)
            assert values is not None
            oracle.tell(number, score(values))
            found.append(values)
        return found

    def test_proposals_are_legal_and_distinct(self, oracle_class: type[keras_tuner.Oracle]) -> None:
        space = conditional_space()
        options = {each.name: list(each.values) for each in space.space}
        found = self.search(self.asked(oracle_class), 24)
        for values in found:
            for name, value in active(space, values).items():
                assert value in options[name]
        assert len({json.dumps(each, sort_keys=True) for each in found}) == len(found)

    def test_what_is_not_active_is_absent(self, oracle_class: type[keras_tuner.Oracle]) -> None:
        space = conditional_space()
        for values in self.search(self.asked(oracle_class), 16):
            assert values == active(space, values)

    @pytest.mark.parametrize("seed", [0, 1, 12_345])
    def test_a_seed_decides_every_proposal(
        self, oracle_class: type[keras_tuner.Oracle], seed: int
    ) -> None:
        one = self.search(self.asked(oracle_class, seed), 14)
        assert self.search(self.asked(oracle_class, seed), 14) == one

    def test_another_seed_gives_other_proposals(
        self, oracle_class: type[keras_tuner.Oracle]
    ) -> None:
        runs = [self.search(self.asked(oracle_class, seed), 8) for seed in range(3)]
        assert runs[0] != runs[1] != runs[2]

    def test_several_open_are_told_out_of_order(
        self, oracle_class: type[keras_tuner.Oracle]
    ) -> None:
        oracle, numbers = self.asked(oracle_class), itertools.count()
        found: list[dict[str, Any]] = []
        for _ in range(5):
            together = {number: oracle.ask(number) for number in itertools.islice(numbers, 4)}
            for number, values in reversed(together.items()):
                assert values is not None
                oracle.tell(number, score(values))
                found.append(values)
        assert len({json.dumps(each, sort_keys=True) for each in found}) == 20

    @pytest.mark.parametrize("nothing", [None, math.nan, math.inf, -math.inf])
    def test_a_proposal_without_a_score_does_no_harm(
        self, oracle_class: type[keras_tuner.Oracle], nothing: float | None
    ) -> None:
        oracle = self.asked(oracle_class)
        for number in range(24):
            values = oracle.ask(number)
            assert values is not None
            oracle.tell(number, nothing if number % 2 else score(values))

    @pytest.mark.parametrize("past", [1, 5, 12])
    def test_a_resumed_search_goes_on_as_it_would_have(
        self, oracle_class: type[keras_tuner.Oracle], past: int
    ) -> None:
        whole = self.search(self.asked(oracle_class), past + 4)
        resumed = self.asked(oracle_class)
        for number, values in enumerate(whole[:past]):
            # As they come back from the store.
            assert resumed.add(number, json.loads(json.dumps(values)))
            resumed.tell(number, score(values))
        assert self.search(resumed, 4, start=past) == whole[past:]

    @pytest.mark.parametrize("told", [2, 9, 12])
    def test_a_search_resumed_with_open_proposals_goes_on_too(
        self, oracle_class: type[keras_tuner.Oracle], told: int
    ) -> None:
        whole = self.asked(oracle_class)
        past = self.search(whole, told)
        past += [values for number in (told, told + 1) if (values := whole.ask(number)) is not None]
        resumed = self.asked(oracle_class)
        for number, values in enumerate(past):
            resumed.add(number, values)
            if number < told:
                resumed.tell(number, score(values))
        later = (told + 2, told + 3)
        assert [resumed.ask(number) for number in later] == [whole.ask(number) for number in later]

    def test_a_small_space_is_searched_to_its_end(
        self, oracle_class: type[keras_tuner.Oracle]
    ) -> None:
        oracle = self.asked(oracle_class, tiny=True)
        assert len({json.dumps(values) for values in self.search(oracle, 6)}) == 6
        assert oracle.ask(6) is None
        assert oracle.ask(7) is None
