"""How steps are run is decided by seconds."""

from __future__ import annotations

import json
from pathlib import Path

from automl.hardware.keeping import FACT
from automl.hardware.known_stepping import KnownStepping
from automl.hardware.stepping import Stepping, Timing, choose_stepping, measure_stepping
from automl.records.store import RunStore

PLAIN = Timing(jit=False, steps=32, first=0.5, step=0.002)
XLA = Timing(jit=True, steps=32, first=4.0, step=0.001)


def test_compiling_has_to_pay_within_what_is_planned() -> None:
    assert not choose_stepping("cnn", [PLAIN, XLA], 1_000).jit
    assert choose_stepping("cnn", [PLAIN, XLA], 100_000).jit


def test_a_difference_within_noise_changes_nothing() -> None:
    close = Timing(jit=True, steps=32, first=0.5, step=0.00199)
    assert not choose_stepping("cnn", [PLAIN, close], 100_000).jit


def test_both_ways_are_tried_and_one_step_a_call_last() -> None:
    tried = []

    def try_steps(jit: bool, steps: int, calls: int) -> list[float]:
        tried.append((jit, steps))
        each = (0.001 if jit else 0.002) * steps + 0.0005
        return [3.0 if jit else 0.3, *([each] * (calls - 1))]

    found = measure_stepping("cnn", try_steps, 500, 100_000)
    assert tried == [(False, 32), (True, 32), (True, 1)]
    assert (found.jit, found.whole) == (True, True)
    assert "with XLA" in found.note
    assert "3s to compile" in found.note
    assert Stepping.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_where_everything_is_compiled_only_calls_are_compared() -> None:
    tried = []

    def try_steps(jit: bool, steps: int, calls: int) -> list[float]:
        tried.append((jit, steps))
        return [1.0] * calls

    assert measure_stepping("cnn", try_steps, 1, 100, xla=False).jit
    assert tried == [(True, 1)]


def test_later_trials_of_a_kind_follow_the_first(tmp_path: Path) -> None:
    space = {"entries": ["cnn", "rnn"]}
    with RunStore(tmp_path, create=True) as store:
        store.set_fact(FACT, {"accelerator": "gpu"})
        known = KnownStepping(store)
        assert known.args(space, {"space": "cnn"}) == {"measure": True}
        found = choose_stepping("cnn", [PLAIN, XLA], 100_000).to_dict()
        assert "with XLA" in known.learn({"stepping": found})
        assert known.learn({"stepping": found}) == ""
        again = KnownStepping(store)
        assert again.args(space, {"space": "cnn"})["stepping"]["jit"] is True
        assert again.args(space, {"space": "rnn"}) == {"measure": True}


def test_on_the_cpu_nothing_is_measured(tmp_path: Path) -> None:
    with RunStore(tmp_path, create=True) as store:
        store.set_fact(FACT, {"accelerator": "cpu"})
        assert KnownStepping(store).args({"entries": ["cnn"]}, {}) == {}
