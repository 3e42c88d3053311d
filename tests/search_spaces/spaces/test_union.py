"""Several spaces as one: scopes, guesses in turns, and who builds."""

from __future__ import annotations

import pytest

from search_spaces import UserInputError
from search_spaces.definition import Definition
from search_spaces.making import make_space
from search_spaces.narrowing import last_part
from search_spaces.spaces.union import UnionSpace
from search_spaces.testing import classification_of

SIGNATURE = classification_of("image 8x8x1")


@pytest.fixture(scope="module")
def union():
    return make_space(["cnn", "mlp"], SIGNATURE)


def test_members_count_together(union):
    assert union.name == "cnn+mlp"
    assert union.size() == sum(make_space([name], SIGNATURE).size() for name in union.members)


def test_only_the_chosen_member_is_active(union):
    for seed in range(8):
        values = union.sample(seed)
        member = values["space"]
        assert all(name == "space" or name.startswith(f"{member}/") for name in values)
        inner = {name.partition("/")[2]: value for name, value in values.items() if "/" in name}
        alone = make_space([member], SIGNATURE).canonical(inner)
        kept = {f"{member}/{name}": value for name, value in alone.items()}
        assert union.canonical(values) == {"space": member, **kept}


def test_it_builds_what_the_member_builds(union):
    values = next(v for v in map(union.sample, range(20)) if v["space"] == "cnn")
    inner = {name.partition("/")[2]: value for name, value in values.items() if "/" in name}
    alone = make_space(["cnn"], SIGNATURE).build_from(inner)
    assert union.build_from(values).get_config() == alone.get_config()


def test_guesses_come_in_turns(union):
    order = [guess["space"] for guess in union.first_guesses()]
    assert order[:6] == ["cnn", "cnn", "mlp", "cnn", "cnn", "mlp"]
    alone = make_space(["cnn"], SIGNATURE).first_guesses()
    assert order.count("cnn") == len(alone)


def test_a_choice_speaks_of_every_member_that_has_it():
    union = make_space(["cnn", "mlp"], SIGNATURE, {"activation": ["relu"]})
    for seed in range(6):
        values = union.sample(seed)
        chosen = {value for name, value in values.items() if name.endswith("/activation")}
        assert chosen <= {"relu"}
    with pytest.raises(UserInputError, match="Did you mean 'activation'"):
        make_space(["cnn", "mlp"], SIGNATURE, {"activatoin": ["relu"]})


def test_one_member_can_be_chosen():
    union = make_space(["cnn", "mlp"], SIGNATURE, {"space": ["mlp"]})
    assert {union.sample(seed)["space"] for seed in range(6)} == {"mlp"}
    assert {guess["space"] for guess in union.first_guesses()} == {"mlp"}


def test_a_definition_keeps_its_choices_in_a_union():
    thin = Definition("thin", "cnn", choices={"block": ["separable", "plain"]})
    union = make_space([thin, "mlp"], SIGNATURE, {"block": ["plain"]})
    options = {each.name: each.values for each in union.hyperparameters().space}
    assert options["thin/stage_1/block"] == ["plain"]


def test_a_guess_of_no_hyperparameter_is_refused():
    wrong = Definition("wrong", "cnn", guesses=({"stges": 1},))
    with pytest.raises(UserInputError, match="Did you mean 'stages'"):
        make_space([wrong], SIGNATURE)


def test_limits_of_blocks_from_outside_hold_in_a_union_too():
    crash = "search_spaces.blocks.recurrent:Recurrent"
    series = classification_of("series 32x9")
    for names in (["cnn"], ["cnn", "tcn"]):
        space = make_space(names, series, {"block": ["plain", crash]}, targets=["int8"])
        out = {(last_part(each.name), each.option) for each in space.left_out}
        assert ("block", crash) in out


def test_a_union_of_one_is_refused():
    with pytest.raises(UserInputError, match="at least two"):
        UnionSpace(SIGNATURE, {"cnn": make_space(["cnn"], SIGNATURE)})
