"""The registries: what they name is there, and plugins enter by the same door."""

from __future__ import annotations

import pytest

from automl import registry
from automl.errors import UnknownNameError, UserInputError
from search_spaces.registry import Registry

REGISTRIES = [value for value in vars(registry).values() if isinstance(value, Registry)]


@pytest.mark.parametrize("one", REGISTRIES, ids=lambda one: one.role)
def test_everything_named_can_be_loaded(one):
    assert one.names()
    for name in one.names():
        assert one.get(name) is one.get(one.path(name))


@pytest.mark.parametrize("one", REGISTRIES, ids=lambda one: one.role)
def test_an_unknown_name_is_answered_with_the_role_and_the_nearest(one):
    near = one.names()[0] + "x"
    with pytest.raises(UnknownNameError, match=f"Unknown {one.role} '{near}'.*Did you mean"):
        one.get(near)


def test_groups_and_roles_are_not_shared():
    assert len({one.group for one in REGISTRIES}) == len(REGISTRIES)
    assert len({one.role for one in REGISTRIES}) == len(REGISTRIES)


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Installs a distribution that offers one thing under two names."""
    (tmp_path / "somebody.py").write_text("THING = object()\nraise_later = 1\n")
    info = tmp_path / "somebody-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebody\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[test.things]\nthing = somebody:THING\nbuiltin = somebody:THING\nbroken = nowhere:X\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


def test_an_installed_plugin_is_found_by_name(plugin):
    things = Registry("thing", "test.things", {"builtin": "automl.errors:AutomlError"})
    import somebody

    assert things.get("thing") is somebody.THING


def test_a_plugin_cannot_take_the_place_of_a_builtin(plugin):
    things = Registry("thing", "test.things", {"builtin": "automl.errors:AutomlError"})
    assert things.path("builtin") == "automl.errors:AutomlError"
    assert things.names()[0] == "builtin"


def test_a_broken_plugin_harms_nobody_until_it_is_asked_for(plugin):
    things = Registry("thing", "test.things", {})
    assert "broken" in things.names()
    with pytest.raises(UserInputError, match=r"'broken' cannot be loaded from 'nowhere:X'"):
        things.get("broken")
