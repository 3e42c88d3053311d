"""What NVIDIA's tools print, read as recorded."""

from __future__ import annotations

import pytest

from automl.hardware.nvidia import read_information, read_query, visible, with_parts

QUERY = """\
0, GPU-5d1f7c2a-0000-1111-2222-333344445555, NVIDIA H200, 143771, 9.0
1, GPU-8a9b0c1d-0000-1111-2222-333344445555, Tesla T4, 15360, 7.5
"""
OLD = "0, GPU-aa, GeForce GTX 1080, 8119\n"
LIST = """\
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aaaa)
  MIG 3g.20gb     Device  0: (UUID: MIG-1111)
  MIG 1g.5gb      Device  1: (UUID: MIG-2222)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-bbbb)
"""
INFORMATION = """\
Model: \t\t NVIDIA GeForce RTX 3090
IRQ:   \t\t 61
GPU UUID: \t GPU-3d4c9a0e-1111-2222-3333-444455556666
Video BIOS: \t 94.02.42.00.a9
"""


def test_a_query_gives_name_memory_and_capability() -> None:
    first, second = read_query(QUERY)
    assert (first.kind, first.index, first.name) == ("gpu", 0, "NVIDIA H200")
    assert first.memory == 143771 * 1024**2
    assert (first.capability, second.capability) == ((9, 0), (7, 5))
    assert second.handle.startswith("GPU-8a9b")


def test_an_older_tool_tells_no_capability() -> None:
    (found,) = read_query(OLD)
    assert found.capability is None
    assert found.memory == 8119 * 1024**2


@pytest.mark.parametrize(
    "text",
    ["", "No devices were found\n", 'Field "compute_cap" is not a valid field to query.\n'],
)
def test_what_is_no_device_is_passed_over(text: str) -> None:
    assert read_query(text) == ()


def test_a_device_that_does_not_tell_its_memory() -> None:
    (found,) = read_query("0, GPU-aa, NVIDIA GB10, [N/A], 12.1\n")
    assert found.memory is None
    assert found.capability == (12, 1)


def test_a_gpu_that_is_cut_is_its_parts() -> None:
    whole = read_query(
        "0, GPU-aaaa, NVIDIA A100-SXM4-40GB, 40960, 8.0\n"
        "1, GPU-bbbb, NVIDIA A100-SXM4-40GB, 40960, 8.0\n"
    )
    found = with_parts(whole, LIST)
    assert [each.handle for each in found] == ["MIG-1111", "MIG-2222", "GPU-bbbb"]
    assert [each.index for each in found] == [0, 1, 2]
    assert found[0].memory == 20 * 1024**3
    assert "MIG 3g.20gb" in found[0].name


def test_without_the_tool_the_driver_tells_the_name() -> None:
    (found,) = read_information([INFORMATION])
    assert found.name == "NVIDIA GeForce RTX 3090"
    assert found.handle == "GPU-3d4c9a0e-1111-2222-3333-444455556666"


@pytest.mark.parametrize(
    ("mask", "names"),
    [
        (None, ["NVIDIA H200", "Tesla T4"]),
        ("1,0", ["Tesla T4", "NVIDIA H200"]),
        ("GPU-8a9b", ["Tesla T4"]),
        ("", []),
        ("-1", []),
        ("1,7,0", ["Tesla T4"]),
    ],
)
def test_only_what_this_process_may_use_is_found(mask: str | None, names: list[str]) -> None:
    found = visible(read_query(QUERY), mask)
    assert [each.name for each in found] == names
    assert [each.index for each in found] == list(range(len(names)))
