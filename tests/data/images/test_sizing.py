from __future__ import annotations

import pytest

from automl.data.images.decoding import Header
from automl.data.images.sizing import make_plan
from automl.data.options import ReadOptions


def plan(*sizes, **options):
    """Returns the plan for pictures of sizes (height, width) or (height, width, count)."""
    headers = [
        Header(width, height, grey=True, deep=False)
        for height, width, *count in sizes
        for _ in range(*(count or [1]))
    ]
    return make_plan(headers, True, ReadOptions(**options))


def test_small_pictures_of_one_size_stay_as_they_are():
    made = plan((28, 20, 10))
    assert (made.shape, made.model_size, made.notes) == ((28, 20, 1), (28, 20), ())


def test_a_few_others_do_not_change_the_size_of_most():
    made = plan((28, 28, 95), (30, 40, 5))
    assert (made.height, made.width, made.fit) == (28, 28, "crop")
    assert "5 pictures of another size than 28x28" in made.notes[0]


def test_large_pictures_of_one_size_keep_their_proportions():
    made = plan((480, 640, 10))
    assert (made.shape, made.model_size) == ((72, 96, 1), (72, 96)), "more than four times as large"
    assert made.notes == (
        "Pictures are 480x640: resized to 72x96 (--image-size chooses another size).",
    )


def test_up_to_four_times_the_size_the_exported_file_resizes():
    made = plan((288, 384, 10))
    assert (made.shape, made.model_size) == ((288, 384, 1), (72, 96))
    assert plan((288, 384, 10), memory=4_000_000).shape == (72, 96, 1)
    assert plan((288, 384, 10), image_size=(96, 96)).shape == (96, 96, 1), "it would distort"


def test_pictures_of_many_sizes_get_the_median():
    made = plan((40, 50), (50, 60), (44, 52), (60, 80), (30, 36))
    assert (made.height, made.width, made.fit) == (40, 48, "crop")
    assert "5 sizes, from 30x36 to 60x80: the middle is kept" in made.notes[0]


def test_photographs_upright_and_lying_become_squares():
    made = plan((400, 300, 5), (300, 400, 6))
    assert (made.height, made.width, made.fit) == (96, 96, "crop")


def test_pictures_of_all_proportions_are_padded():
    made = plan((20, 400, 5), (400, 20, 5), (100, 100, 5))
    assert (made.height, made.width, made.fit) == (96, 96, "pad")
    assert "borders are filled" in made.notes[0]


def test_extreme_proportions_are_bounded():
    made = plan(*((10, 500 + n) for n in range(9)))
    assert (made.height, made.width) == (24, 96)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (5000, 2)])
def test_any_size_is_one(size):
    made = plan((*size, 3))
    assert min(made.model_size) >= 1
    assert max(made.model_size) <= 96
