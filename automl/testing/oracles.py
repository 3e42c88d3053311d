"""What every oracle must keep when it is driven as ask/tell."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping, Sequence
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


def tell_all(oracle: AskTell, number: int, values: Mapping[str, Any]) -> None:
    """Tells a proposal's end with costs; some are too large, and some cannot be built."""
    costs = {"size": 100.0 * score(values), "latency": float(len(json.dumps(values)))}
    if values["kind"] == "wide" and values["biased"]:
        oracle.tell(number, None, {}, feasible=False)
    elif costs["size"] > 50:
        oracle.tell(number, None, costs, feasible=False, excess=costs["size"] / 50)
    else:
        oracle.tell(number, score(values), costs, excess=costs["size"] / 50)


#: Epochs of the rungs that proposals are paused on, and of a whole training.
RUNGS = (1, 3, 9)


class OracleContract:
    """Subclass it and override the `oracle_class` fixture.

    An oracle is a `keras_tuner.Oracle` that takes KerasTuner's own constructor
    arguments. Its randomness comes from ``self.seed`` and from what it knows
    (``self.trials``), never from the clock or a state of its own: a resumed
    search is a fresh oracle that is told the past, in whatever order it ended.
    One that leaves nothing to chance says so: ``seeded = False``.
    """

    @pytest.fixture
    def oracle_class(self) -> type[keras_tuner.Oracle]:
        raise NotImplementedError("Override the `oracle_class` fixture to return the class.")

    def asked(
        self,
        oracle_class: type[keras_tuner.Oracle],
        seed: int = 0,
        tiny: bool = False,
        costs: Sequence[str] = (),
    ) -> AskTell:
        """Returns a fresh oracle under ask/tell."""
        space = tiny_space() if tiny else conditional_space()
        return AskTell(oracle_class, space, lambda values: active(space, values), seed, costs)

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
        found = self.search(self.asked(oracle_class), 32)
        for values in found:
            for name, value in active(space, values).items():
                assert value in options[name]
        assert len({json.dumps(each, sort_keys=True) for each in found}) == len(found)

    def test_what_is_not_active_is_absent(self, oracle_class: type[keras_tuner.Oracle]) -> None:
        space = conditional_space()
        for values in self.search(self.asked(oracle_class), 28):
            assert values == active(space, values)

    @pytest.mark.parametrize("seed", [0, 1, 12_345])
    def test_a_seed_decides_every_proposal(
        self, oracle_class: type[keras_tuner.Oracle], seed: int
    ) -> None:
        one = self.search(self.asked(oracle_class, seed), 24)
        assert self.search(self.asked(oracle_class, seed), 24) == one

    def test_another_seed_gives_other_proposals(
        self, oracle_class: type[keras_tuner.Oracle]
    ) -> None:
        if not getattr(oracle_class, "seeded", True):
            pytest.skip("it leaves nothing to chance")
        runs = [self.search(self.asked(oracle_class, seed), 8) for seed in range(3)]
        assert runs[0] != runs[1] != runs[2]

    def test_several_open_are_told_out_of_order(
        self, oracle_class: type[keras_tuner.Oracle]
    ) -> None:
        oracle, numbers = self.asked(oracle_class), itertools.count()
        found: list[dict[str, Any]] = []
        for _ in range(8):
            together = {number: oracle.ask(number) for number in itertools.islice(numbers, 4)}
            for number, values in reversed(together.items()):
                assert values is not None
                oracle.tell(number, score(values))
                found.append(values)
        assert len({json.dumps(each, sort_keys=True) for each in found}) == 32

    def test_many_open_proposals_are_distinct(self, oracle_class: type[keras_tuner.Oracle]) -> None:
        oracle = self.asked(oracle_class)
        found = self.search(oracle, 22)
        for number in range(22, 42):
            values = oracle.ask(number)
            assert values is not None
            found.append(values)
        assert len({json.dumps(each, sort_keys=True) for each in found}) == 42

    def test_the_order_of_endings_does_not_matter(
        self, oracle_class: type[keras_tuner.Oracle]
    ) -> None:
        past = self.search(self.asked(oracle_class), 23)
        one, other = self.asked(oracle_class), self.asked(oracle_class)
        for oracle, order in ((one, range(23)), (other, [*range(7, 23), *range(6, -1, -1)])):
            for number, values in enumerate(past):
                oracle.add(number, values)
            for number in order:
                oracle.tell(number, score(past[number]))
        assert one.ask(23) == other.ask(23)

    @pytest.mark.parametrize("costs", [(), ("size",), ("size", "latency")])
    def test_what_is_turned_away_is_told_too(
        self, oracle_class: type[keras_tuner.Oracle], costs: Sequence[str]
    ) -> None:
        """Half is not feasible: by a measured bound, or for a reason that has no measure."""
        oracle, resumed = (self.asked(oracle_class, costs=costs) for _ in range(2))
        space = conditional_space()
        found = []
        for number in range(28):
            values = oracle.ask(number)
            assert values is not None and values == active(space, values)
            found.append(values)
            resumed.add(number, values)
            tell_all(oracle, number, values)
            tell_all(resumed, number, values)
        assert len({json.dumps(each, sort_keys=True) for each in found}) == 28
        assert oracle.ask(28) == resumed.ask(28)

    def test_nothing_feasible_is_survived(self, oracle_class: type[keras_tuner.Oracle]) -> None:
        oracle = self.asked(oracle_class, costs=("size",))
        for number in range(28):
            assert oracle.ask(number) is not None
            oracle.tell(number, None, {}, feasible=False, excess=2.0 if number % 2 else None)

    def test_scores_may_all_be_equal(self, oracle_class: type[keras_tuner.Oracle]) -> None:
        oracle = self.asked(oracle_class)
        for number in range(28):
            assert oracle.ask(number) is not None
            oracle.tell(number, 0.5)

    @pytest.mark.parametrize("nothing", [None, math.nan, math.inf, -math.inf])
    def test_a_proposal_without_a_score_does_no_harm(
        self, oracle_class: type[keras_tuner.Oracle], nothing: float | None
    ) -> None:
        oracle = self.asked(oracle_class)
        for number in range(28):
            values = oracle.ask(number)
            assert values is not None
            oracle.tell(number, nothing if number % 2 else score(values))

    @pytest.mark.parametrize("past", [1, 5, 12, 22])
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

    @pytest.mark.parametrize("told", [2, 9, 22])
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

    def climb(
        self, oracle: AskTell, known: dict[int, tuple[dict[str, Any], dict[int, float]]], steps: int
    ) -> list[tuple[int, int]]:
        """Trains proposals rung by rung; returns each number and the epochs it came to.

        Args:
            oracle: With the rungs of `climbing`.
            known: Number -> values, and scores by epochs; added to.
            steps: Trainings to make up.
        """
        found = []
        for _ in range(steps):
            number = oracle.promote()
            if number is None:
                number = len(known)
                values = oracle.ask(number)
                assert values is not None
                known[number] = values, {}
            self.train(oracle, number, known)
            found.append((number, max(known[number][1])))
        return found

    def climbing(self, oracle_class: type[keras_tuner.Oracle]) -> AskTell:
        """Returns a fresh oracle whose proposals are paused twice on their way."""
        space = conditional_space()
        return AskTell(oracle_class, space, lambda values: active(space, values), 0, rungs=RUNGS)

    def train(
        self,
        oracle: AskTell,
        number: int,
        known: Mapping[int, tuple[dict[str, Any], dict[int, float]]],
    ) -> None:
        """Makes up what a proposal does on its next rung and tells it."""
        values, rungs = known[number]
        until = oracle.next_rung(number, max(rungs, default=0))
        rungs[until] = score(values) - 0.1 * (1 - until / RUNGS[-1])
        oracle.tell(number, rungs[until], rungs=rungs, paused=until < RUNGS[-1])

    @pytest.mark.parametrize("past", [4, 25])
    def test_paused_proposals_go_on_after_a_resume_as_they_would_have(
        self, oracle_class: type[keras_tuner.Oracle], past: int
    ) -> None:
        whole, resumed = self.climbing(oracle_class), self.climbing(oracle_class)
        known: dict[int, tuple[dict[str, Any], dict[int, float]]] = {}
        self.climb(whole, known, past)
        again = {number: (values, dict(rungs)) for number, (values, rungs) in known.items()}
        for number, (values, rungs) in again.items():
            assert resumed.add(number, values)
            last = max(rungs)
            resumed.tell(number, rungs[last], rungs=rungs, paused=last < RUNGS[-1])
        assert self.climb(resumed, again, 6) == self.climb(whole, known, 6)
        assert again == known

    def test_promoted_proposals_are_told_out_of_order(
        self, oracle_class: type[keras_tuner.Oracle]
    ) -> None:
        oracle = self.climbing(oracle_class)
        known: dict[int, tuple[dict[str, Any], dict[int, float]]] = {}
        for _ in range(10):
            together: list[int] = []
            while len(together) < 3:
                number = oracle.promote()
                if number is None:
                    number = len(known)
                    values = oracle.ask(number)
                    assert values is not None
                    known[number] = values, {}
                assert number not in together
                together.append(number)
            for number in reversed(together):
                self.train(oracle, number, known)
        assert any(len(rungs) > 1 for _, rungs in known.values())

    def test_a_small_space_is_searched_to_its_end(
        self, oracle_class: type[keras_tuner.Oracle]
    ) -> None:
        oracle = self.asked(oracle_class, tiny=True)
        assert len({json.dumps(values) for values in self.search(oracle, 6)}) == 6
        assert oracle.ask(6) is None
        assert oracle.ask(7) is None
