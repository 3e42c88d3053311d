"""Changed copies of batches: what changes, what stays, and that seeds decide it."""

from __future__ import annotations

import dataclasses

import keras_tuner
import numpy as np
import pytest

from search_spaces.narrowing import NarrowedHyperParameters
from search_spaces.signature import InputSpec
from search_spaces.testing import INPUTS, batch, signature_of
from search_spaces.training.augmentation.augmenter import Augmenter
from search_spaces.training.augmentation.choosing import choose_augmentation
from search_spaces.training.augmentation.erasing import erase, stretch
from search_spaces.training.augmentation.mixup import mixup
from search_spaces.training.augmentation.rand_augment import _OPERATIONS, rand_augment
from search_spaces.training.augmentation.record import Augmentation
from search_spaces.training.augmentation.rotation import turned
from search_spaces.training.augmentation.shift import shift
from search_spaces.training.augmentation.time_shift import shift_time
from search_spaces.training.augmentation.token_dropout import UNKNOWN
from search_spaces.training.augmentation.warp import warp

IMAGE = InputSpec("image", (12, 16, 3), 0.0, 255.0)
RAGGED = InputSpec("series", (32, 3), mean=(5.0, 0.0, -5.0), std=(2.0, 1.0, 0.5), ragged=True)

CHANGES = {
    "image": [
        Augmentation(flip="both"),
        Augmentation(shift=0.2),
        Augmentation(rotation=30.0),
        Augmentation(zoom=0.3),
        Augmentation(contrast=0.5),
        Augmentation(brightness=0.3),
        Augmentation(erasing=0.5),
        Augmentation(operations=2, magnitude=9),
        Augmentation(mixup=0.4),
        Augmentation(cutmix=1.0),
        Augmentation(noise=0.1),
    ],
    "series": [
        Augmentation(noise=0.1),
        Augmentation(scaling=0.2),
        Augmentation(time_mask=0.4),
        Augmentation(time_shift=0.3),
        Augmentation(mixup=0.4),
    ],
    "spectrogram": [Augmentation(frequency_mask=0.4), Augmentation(time_mask=0.4)],
    "vector": [Augmentation(noise=0.1), Augmentation(mixup=0.4)],
    "tokens": [Augmentation(token_dropout=0.3)],
}
NAMES = {
    "image": "image 32x32x3",
    "series": "series 32x9",
    "spectrogram": "spectrogram 49x40",
    "vector": "vector 13",
    "tokens": "tokens 24",
}
CASES = [(kind, rules) for kind, all_rules in CHANGES.items() for rules in all_rules]


def labels(count=32, units=4):
    return np.eye(units, dtype=np.float32)[np.arange(count) % units]


def augmented(rules, spec, inputs, seed=0):
    return Augmenter(rules, spec)(inputs, labels(len(inputs)), np.random.default_rng(seed))


@pytest.mark.parametrize(("kind", "rules"), CASES, ids=str)
def test_each_change_changes_and_a_seed_decides_how(kind, rules):
    signature = signature_of(NAMES[kind])
    inputs, _ = batch(signature, 32)
    before = inputs.copy()
    x, y = augmented(rules, signature.input, inputs)
    same_x, same_y = augmented(rules, signature.input, inputs)
    other_x, _ = augmented(rules, signature.input, inputs, seed=1)
    np.testing.assert_array_equal(inputs, before, err_msg="the data itself was changed")
    assert x.shape == inputs.shape
    assert x.dtype == inputs.dtype
    assert np.isfinite(x).all()
    assert (x != inputs).any()
    np.testing.assert_array_equal(x, same_x)
    np.testing.assert_array_equal(y, same_y)
    assert (x != other_x).any()
    np.testing.assert_allclose(y.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("kind", NAMES)
def test_nothing_on_changes_nothing(kind):
    signature = signature_of(NAMES[kind])
    inputs, _ = batch(signature, 8)
    x, y = augmented(Augmentation(), signature.input, inputs)
    np.testing.assert_array_equal(x, inputs)
    np.testing.assert_array_equal(y, labels(8))


@pytest.mark.parametrize("rules", CHANGES["image"], ids=str)
def test_images_stay_in_their_range(rules):
    inputs = np.random.default_rng(0).uniform(0, 255, (32, 12, 16, 3)).astype(np.float32)
    x, _ = augmented(rules, IMAGE, inputs)
    assert x.min() >= 0
    assert x.max() <= 255
    normalized = dataclasses.replace(IMAGE, mean=(0.0,) * 3, std=(1.0,) * 3)
    inputs = np.random.default_rng(0).normal(size=(32, 12, 16, 3)).astype(np.float32)
    x, _ = augmented(rules, normalized, inputs)
    assert x.min() >= inputs.min() - 1e-5
    assert x.max() <= inputs.max() + 1e-5


def ragged_inputs(spec=RAGGED):
    rng = np.random.default_rng(0)
    inputs = rng.normal(spec.mean, spec.std, (32, *spec.shape)).astype(np.float32)
    lengths = rng.integers(0, spec.shape[0] + 1, 32)
    for row, length in zip(inputs, lengths, strict=True):
        row[length:] = 0
    return inputs, lengths


@pytest.mark.parametrize("rules", CHANGES["series"], ids=str)
def test_padding_of_ragged_series_stays_zero(rules):
    inputs, lengths = ragged_inputs()
    x, _ = augmented(rules, RAGGED, inputs)
    for row, length in zip(x, lengths, strict=True):
        assert not row[length:].any()
    assert (x != inputs).any()


def test_padding_stays_zero_where_zero_is_out_of_range():
    spec = InputSpec("series", (32, 3), low=1.0, high=9.0, ragged=True)
    inputs, lengths = ragged_inputs(dataclasses.replace(RAGGED, mean=(5.0,) * 3, std=(1.0,) * 3))
    x, _ = augmented(Augmentation(noise=0.5, scaling=0.5), spec, inputs)
    for row, length in zip(x, lengths, strict=True):
        assert not row[length:].any()
        assert ((row[:length] >= 1) & (row[:length] <= 9)).all()


def test_tokens_become_unknown_and_padding_stays():
    spec = INPUTS["tokens 24"]
    inputs, _ = batch(signature_of("tokens 24"), 64)
    x, _ = augmented(Augmentation(token_dropout=0.3), spec, inputs)
    np.testing.assert_array_equal(x == 0, inputs == 0)
    changed = x != inputs
    assert (x[changed] == UNKNOWN).all()
    assert changed.sum() / (inputs != 0).sum() == pytest.approx(0.3, abs=0.06)


def test_noise_is_as_strong_as_the_data_varies():
    inputs = np.zeros((4_000, 2), np.float32)
    spec = InputSpec("vector", (2,), mean=(0.0, 0.0), std=(1.0, 10.0))
    x, _ = augmented(Augmentation(noise=0.1), spec, inputs)
    np.testing.assert_allclose(x.std(axis=0), [0.1, 1.0], rtol=0.1)


def test_a_shift_moves_whole_images_and_repeats_the_edge():
    images = np.arange(36, dtype=np.float32).reshape(1, 6, 6, 1).repeat(50, axis=0)
    moved = shift(images, 0.2, np.random.default_rng(0))
    inner = {tuple(each[2:4, 2:4].ravel()) for each in moved}
    assert inner == {
        tuple(images[0, 2 - r : 4 - r, 2 - c : 4 - c].ravel())
        for r in (-1, 0, 1)
        for c in (-1, 0, 1)
    }
    assert set(np.unique(moved)) <= set(np.unique(images))


def test_a_quarter_turn_is_exact():
    images = np.random.default_rng(0).normal(size=(2, 7, 7, 3)).astype(np.float32)
    turned_once = warp(images, turned(np.array([90.0, -90.0])))
    np.testing.assert_allclose(turned_once[0], np.rot90(images[0], -1), atol=1e-5)
    np.testing.assert_allclose(turned_once[1], np.rot90(images[1], 1), atol=1e-5)


def test_no_turn_changes_nothing():
    images = np.random.default_rng(0).normal(size=(2, 6, 9, 1)).astype(np.float32)
    np.testing.assert_allclose(warp(images, turned(np.zeros(2))), images, atol=1e-6)


def test_one_rectangle_is_erased():
    images = np.ones((64, 8, 8, 1), np.float32)
    erased = erase(images, 0.5, np.zeros(1, np.float32), np.random.default_rng(0))
    for image in erased:
        rows, columns = np.nonzero(image[..., 0] == 0)
        if len(rows):
            sides = np.ptp(rows) + 1, np.ptp(columns) + 1
            assert len(rows) == sides[0] * sides[1]
            assert max(sides) <= 4
    assert (erased == 0).any()


def test_a_stretch_lies_in_an_example():
    lengths = np.array([0, 1, 5, 20])
    for seed in range(20):
        inside = stretch(4, 20, 0.5, np.random.default_rng(seed), lengths)
        for row, length in zip(inside, lengths, strict=True):
            assert not row[length:].any()
            assert row.sum() <= round(length / 2) + 1


def test_a_shift_in_time_repeats_the_ends_and_leaves_padding():
    values = np.arange(1, 11, dtype=np.float32).reshape(1, 10, 1).repeat(30, axis=0)
    values[:, 6:] = 0
    moved = shift_time(values, 0.5, np.full(30, 6), np.random.default_rng(0))
    assert not moved[:, 6:].any()
    assert (np.diff(moved[:, :6, 0], axis=1) >= 0).all()
    assert len({tuple(each.ravel()) for each in moved}) > 3


def test_mixed_examples_and_labels_have_the_same_weights():
    inputs = np.eye(16, dtype=np.float32)
    x, y = mixup(inputs, inputs, 1.0, np.random.default_rng(0))
    np.testing.assert_allclose(x, y)
    np.testing.assert_allclose(x.sum(axis=1), 1, atol=1e-6)


def test_a_pasted_rectangle_weighs_by_its_area():
    images = np.repeat(np.arange(8.0, dtype=np.float32), 64).reshape(8, 8, 8, 1)
    targets = np.eye(8, dtype=np.float32)
    spec = InputSpec("image", (8, 8, 1), 0.0, 8.0)
    augmenter = Augmenter(Augmentation(cutmix=1.0), spec)
    x, y = augmenter(images, targets, np.random.default_rng(3))
    for image, target in zip(x, y, strict=True):
        counts = np.bincount(image.astype(int).ravel(), minlength=8) / 64
        np.testing.assert_allclose(counts, target, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("operation", _OPERATIONS, ids=lambda each: each.__name__)
def test_every_operation_of_rand_augment_gives_images(operation, channels):
    if channels == 1 and operation.__name__ == "_color":
        pytest.skip("gray images have no color")
    images = np.random.default_rng(0).uniform(0, 1, (5, 9, 7, channels)).astype(np.float32)
    images[0] = 0.5
    changed = operation(images.copy(), np.array([-1.0, -0.5, 0.0, 0.5, 1.0]))
    assert changed.shape == images.shape
    assert changed.dtype == np.float32
    assert np.isfinite(changed).all()


def test_rand_augment_of_no_magnitude_hardly_changes_anything():
    images = np.random.default_rng(0).uniform(0, 255, (64, 8, 8, 1)).astype(np.float32)
    images[:, 0, 0], images[:, 0, 1] = 0, 255  # Contrast is full already.
    changed = rand_augment(images, 2, 0, (0.0, 255.0), np.random.default_rng(0))
    assert np.abs(changed - images).max() <= 1.01


# Which is tried where.


def declared(kind, target="classification"):
    hp = keras_tuner.HyperParameters()
    units = 4 if target != "reconstruction" else 1
    choose_augmentation(NarrowedHyperParameters(hp), signature_of(kind, target, units))
    return {each.name.rpartition("/")[2]: each for each in hp.space}


@pytest.mark.parametrize("target", ["classification", "multilabel", "regression", "reconstruction"])
@pytest.mark.parametrize("kind", INPUTS)
def test_every_choice_is_a_record_that_changes_batches(kind, target):
    signature = signature_of(kind, target, 4)
    inputs, _ = batch(signature, 8)
    hp = keras_tuner.HyperParameters()
    assert choose_augmentation(NarrowedHyperParameters(hp), signature) == Augmentation()
    for each in hp.space:
        for option in each.values:
            chosen = keras_tuner.HyperParameters()
            chosen.values = {"augment": "yes", each.name: option}
            rules = choose_augmentation(NarrowedHyperParameters(chosen), signature)
            assert rules.active == (option != "no")
            if rules.active:
                assert augmented(rules, signature.input, inputs)[0].shape == inputs.shape


def test_off_is_the_default_and_spares_half_of_the_candidates():
    for kind in INPUTS:
        root = declared(kind)["augment"]
        assert (root.default, root.values, root.conditions) == ("no", ["no", "yes"], [])


def test_only_what_suits_the_data_is_declared():
    assert set(declared("vector 13")) == {"augment", "noise", "mix"}
    assert set(declared("tokens 24")) == {"augment", "token_dropout"}
    assert "flip" in declared("image 32x32x3")
    assert "flip" not in declared("image 28x28x1")
    assert "flip" not in declared("spectrogram 49x40")
    assert "frequency_mask" not in declared("series 32x9")


def test_targets_that_a_change_would_falsify_are_spared():
    regression = declared("series 32x9", "regression")
    assert not {"scaling", "time_shift"} & set(regression)
    images = declared("image 32x32x3", "regression")
    assert set(images) == {"augment", "erasing", "mix"}
    assert "cutmix" not in images["mix"].values
    assert "time_shift" in declared("spectrogram 49x40")
    assert "time_shift" not in declared("spectrogram 49x40", "regression")
    assert "mix" not in declared("image 32x32x3", "reconstruction")


@pytest.mark.parametrize(
    "wrong",
    [
        {"flip": "upwards"},
        {"shift": -0.1},
        {"shift": 1.1},
        {"zoom": 1.0},
        {"token_dropout": 1.0},
        {"magnitude": 11},
    ],
)
def test_a_record_checks_itself(wrong):
    with pytest.raises(ValueError, match="Received"):
        Augmentation(**wrong)


def test_tiny_images_are_not_moved_about():
    assert "shift" not in declared("image 8x8x1")
    assert "shift" in declared("image 28x28x1")
