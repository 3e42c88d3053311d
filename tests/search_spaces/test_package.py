"""The package as a leaf: light to import, one registry for all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from search_spaces import BLOCKS, SPACES, InputSpec, Registry, Signature, TargetSpec, UserInputError


def test_importing_it_imports_no_framework():
    code = (
        "import sys, search_spaces as s; s.SPACES.names(); s.BLOCKS.names();"
        "sys.exit(any(m in sys.modules for m in ('keras', 'keras_tuner', 'tensorflow', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_unknown_names_are_answered_with_the_nearest():
    with pytest.raises(UserInputError, match="Did you mean 'mobile'"):
        SPACES.get("mobil")
    with pytest.raises(UserInputError, match="Did you mean 'separable'"):
        BLOCKS.get("seperable")


def test_an_import_path_stands_for_a_name():
    assert BLOCKS.get("search_spaces.blocks.plain:Plain") is BLOCKS.get("plain")
    with pytest.raises(UserInputError, match="cannot be loaded"):
        BLOCKS.get("search_spaces.blocks.plain:Nothing")


def test_a_name_is_not_taken_twice():
    registry = Registry("thing", "no.such.group", {"a": "m:A"})
    registry.register("b", "m:B")
    registry.register("b", "m:B")
    assert registry.names() == ("a", "b")
    with pytest.raises(ValueError, match="taken"):
        registry.register("a", "m:B")
    with pytest.raises(ValueError, match="module:Attribute"):
        registry.register("c", "m")


def test_a_signature_survives_a_dictionary():
    signature = Signature(InputSpec("image", (8, 8, 1), 0, 16), TargetSpec("classification", 10))
    assert Signature.from_dict(signature.to_dict()) == signature


@pytest.mark.parametrize(
    "make",
    [
        lambda: InputSpec("sound", (8, 8, 1)),
        lambda: InputSpec("image", (8, 8)),
        lambda: InputSpec("image", (8, 0, 1)),
        lambda: InputSpec("image", (8, 8, 1), 1.0, 1.0),
        lambda: TargetSpec("ranking", 3),
        lambda: TargetSpec("classification", 1),
    ],
)
def test_a_signature_checks_itself(make):
    with pytest.raises(UserInputError, match="Received"):
        make()
