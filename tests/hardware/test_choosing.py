"""Accelerator and precision: what was asked for, if it is there."""

from __future__ import annotations

import pytest

from automl.config import SearchConfig
from automl.errors import UserInputError
from automl.hardware.accelerator import choose_accelerator
from automl.hardware.choosing import choose_devices
from automl.hardware.devices import CPU, Hardware
from automl.hardware.finding import find_hardware
from automl.hardware.findings import device_findings
from automl.hardware.precision import choose_precision
from automl.hardware.processor import read_cpuinfo
from automl.testing.machines import BARE, H200, P100, T4, V5E, machine


def test_auto_takes_the_best_that_the_backend_can_use() -> None:
    assert choose_accelerator("auto", BARE, "jax") == "cpu"
    assert choose_accelerator("auto", machine(H200), "jax") == "gpu"
    assert choose_accelerator("auto", machine(V5E), "jax") == "tpu"
    assert choose_accelerator("auto", machine(H200, usable=False), "jax") == "cpu"
    assert choose_accelerator("cpu", machine(H200), "jax") == "cpu"


def test_an_accelerator_that_is_not_there_is_one_line() -> None:
    with pytest.raises(UserInputError, match="Found: a CPU of 4 core") as raised:
        choose_accelerator("gpu", BARE, "jax")
    assert "\n" not in str(raised.value)
    with pytest.raises(UserInputError, match=r"NVIDIA H200.*Leave it out.*--accelerator gpu"):
        choose_accelerator("tpu", machine(H200), "jax")


def test_a_backend_without_support_says_what_to_install() -> None:
    found = machine(H200, backend="tensorflow", usable=False)
    with pytest.raises(UserInputError, match=r'H200.*finds no GPU.*"tensorflow\[and-cuda\]"'):
        choose_accelerator("gpu", found, "tensorflow")
    note = choose_devices(SearchConfig("digits"), found).note
    assert "4 CPU core(s)" in note
    assert "tensorflow[and-cuda]" in note


@pytest.mark.parametrize(
    ("found", "kind", "precision"),
    [
        (BARE, "cpu", "float32"),
        (machine(H200), "gpu", "mixed_bfloat16"),
        (machine(H200, T4), "gpu", "float32"),
        (machine(T4), "gpu", "float32"),
        (machine(V5E), "tpu", "mixed_bfloat16"),
    ],
)
def test_auto_precision_is_what_the_device_computes(
    found: Hardware, kind: str, precision: str
) -> None:
    assert choose_precision("auto", found, "jax", kind) == precision


@pytest.mark.parametrize(
    ("found", "kind", "asked", "says"),
    [
        (machine(T4), "gpu", "mixed_bfloat16", "capability 8.0.*Tesla T4.*Give mixed_float16"),
        (machine(P100), "gpu", "mixed_float16", "capability 7.0.*Give float32"),
        (machine(V5E), "tpu", "mixed_float16", "TPU.*Give mixed_bfloat16"),
        (BARE, "cpu", "mixed_float16", "this CPU.*Give float32"),
    ],
)
def test_a_precision_that_a_device_lacks_is_one_line(
    found: Hardware, kind: str, asked: str, says: str
) -> None:
    with pytest.raises(UserInputError, match=says) as raised:
        choose_precision(asked, found, "jax", kind)
    assert "\n" not in str(raised.value)


def test_a_cpu_computes_what_its_flags_say() -> None:
    text = "processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: fpu avx512f avx512_bf16\n"
    assert read_cpuinfo(text) == ("AMD EPYC", ("bfloat16",))
    found = Hardware(2, features=("bfloat16",))
    assert choose_precision("mixed_bfloat16", found, "jax", CPU) == "mixed_bfloat16"
    assert choose_precision("auto", found, "jax", CPU) == "float32"


def test_a_backend_is_asked_only_where_there_is_something_to_ask_for(monkeypatch) -> None:
    asked: list[str] = []
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    found = find_hardware(("jax",), ask=lambda name: asked.append(name))
    if not found.devices:
        assert asked == []
    assert found.cores >= 1
    assert Hardware.from_dict(machine(H200, T4).to_dict()) == machine(H200, T4)


def test_what_was_chosen_is_a_fact() -> None:
    config = SearchConfig("digits", backend="jax", trials_per_device=4)
    chosen = choose_devices(config, machine(H200))
    assert (chosen.use.accelerator, chosen.precision) == ("gpu", "mixed_bfloat16")
    assert chosen.workers(1) == 4
    assert chosen.to_dict()["hardware"]["devices"][0]["name"] == "NVIDIA H200"
    assert "Precision: mixed_bfloat16" in chosen.note
    with pytest.raises(UserInputError, match=r"--devices-per-trial 2 needs 2 devices. Found: 1"):
        choose_devices(SearchConfig("digits", backend="jax", devices_per_trial=2), machine(H200))


def test_devices_are_settled_in_worker_processes() -> None:
    config = SearchConfig("digits", devices_per_trial=2, workers=0)
    with pytest.raises(UserInputError, match=r"needs worker processes. Received: --workers 0"):
        choose_devices(config, BARE)
    note = choose_devices(SearchConfig("digits", devices_per_trial=2), BARE).note
    assert "2 logical devices of the CPU" in note


def test_the_doctor_says_who_can_use_a_device() -> None:
    cpu, gpu = device_findings(machine(H200), ("jax",))
    assert cpu.works
    assert "4 core(s)" in cpu.remark
    assert gpu.works
    for text in ("NVIDIA H200", "151.4 GB", "capability 9.0", "jax", "auto: mixed_bfloat16"):
        assert text in gpu.remark
    _, unused = device_findings(machine(H200, usable=False), ("jax",))
    assert not unused.works
    assert "pip install" in unused.remark
