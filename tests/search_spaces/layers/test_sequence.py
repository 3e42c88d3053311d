"""Steps of sequences: lengthened, joined, read at their end, averaged."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from search_spaces.layers.attention_pooling import attention_pool
from search_spaces.layers.sequence import lengthen, stack_steps
from search_spaces.layers.sequence_heads import SEQUENCE_HEADS, last_step, summarize


def array(*shape):
    return np.arange(1, 1 + np.prod(shape), dtype="float32").reshape(shape)


def test_lengthening_adds_zeros_behind():
    longer = ops.convert_to_numpy(lengthen(array(2, 5, 3), 4))
    assert longer.shape == (2, 8, 3)
    np.testing.assert_array_equal(longer[:, :5], array(2, 5, 3))
    assert not longer[:, 5:].any()
    np.testing.assert_array_equal(lengthen(array(2, 4, 3), 4), array(2, 4, 3))


def test_joined_steps_keep_every_value():
    joined = ops.convert_to_numpy(stack_steps(array(2, 5, 3), 2))
    assert joined.shape == (2, 3, 6)
    np.testing.assert_array_equal(joined.reshape(2, 6, 3)[:, :5], array(2, 5, 3))


def test_the_last_step_is_the_last_of_data():
    tensor, mask = array(3, 4, 2), np.zeros((3, 4, 1), "float32")
    for row, length in enumerate((4, 2, 0)):
        mask[row, :length] = 1
    last = ops.convert_to_numpy(last_step(tensor, mask))
    np.testing.assert_array_equal(last, [tensor[0, 3], tensor[1, 1], [0, 0]])
    np.testing.assert_array_equal(last_step(tensor), tensor[:, 3])


def test_attention_weighs_no_padding():
    inputs, mask = keras.Input((4, 3)), keras.Input((4, 1))
    model = keras.Model([inputs, mask], attention_pool(inputs, "h", mask))
    kept = np.array([[[1], [1], [0], [0]]], "float32")
    values = array(1, 4, 3) / 10
    noisy = np.where(kept > 0, values, 5.0)
    first, second = (model.predict_on_batch([x, kept]) for x in (values, noisy))
    np.testing.assert_allclose(first, second, atol=1e-6)
    assert (first > values[:, 0]).all()
    assert (first < values[:, 1]).all()


@pytest.mark.parametrize("kind", SEQUENCE_HEADS)
def test_every_head_makes_a_vector(kind):
    inputs, mask = keras.Input((4, 3)), keras.Input((4, 1))
    assert summarize(kind, inputs, "h").shape == (None, 3)
    both = summarize(kind, inputs, "g", mask, both_ends=True)
    assert both.shape == (None, 6 if kind == "last" else 3)


def test_other_heads_are_refused():
    with pytest.raises(ValueError, match="head of sequences"):
        summarize("first", keras.Input((4, 3)), "h")
