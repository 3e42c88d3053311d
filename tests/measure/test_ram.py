"""The memory that a TFLite interpreter takes."""

from __future__ import annotations

import numpy as np
import pytest

from automl.measure.ram import _covered, arena_bytes

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Returns a function that writes a function of one float32 input as a file."""
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("files")

    def write(function, shape, optimize=False, float16=False):
        traced = tf.function(function).get_concrete_function(tf.TensorSpec(shape, tf.float32))
        converter = tf.lite.TFLiteConverter.from_concrete_functions([traced])
        if optimize:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if float16:
            converter.target_spec.supported_types = [tf.float16]
        path = folder / f"{len(list(folder.iterdir()))}.tflite"
        path.write_bytes(converter.convert())
        return path

    return write


def test_places_that_touch_are_one_block():
    assert _covered([]) == 0
    assert _covered([(1_000, 1_100), (1_050, 1_090), (1_128, 1_200)]) == 200
    assert _covered([(1_000, 1_100), (5_000, 5_010)]) == 110


def test_tensors_take_each_others_places(written):
    """Of a chain as long as you like, two tensors are there at a time."""
    import tensorflow as tf

    def chain(length):
        def function(x):
            for number in range(length):
                x = tf.cumsum(x, axis=-1) if number % 2 else tf.reverse(x, axis=[-1])
            return x

        return arena_bytes(written(function, (1, 4_096)))

    one = 4 * 4_096
    assert 2 * one <= chain(2) <= 3 * one + 1_000
    assert chain(9) <= 3 * one + 1_000


def test_what_is_needed_later_stays(written):
    import tensorflow as tf

    def function(x):
        parts = [tf.cumsum(x, axis=-1, reverse=bool(n % 2), exclusive=n > 1) for n in range(4)]
        return tf.concat(parts, axis=-1)

    one = 4 * 4_096
    assert arena_bytes(written(function, (1, 4_096))) >= 8 * one


def test_weights_count_only_where_they_are_unpacked(written):
    import tensorflow as tf

    weights = tf.constant(np.random.default_rng(0).normal(size=(256, 512)), tf.float32)

    def dense(x):
        return tf.matmul(x, weights)

    plain = arena_bytes(written(dense, (1, 256)))
    assert plain < 20_000
    unpacked = arena_bytes(written(dense, (1, 256), optimize=True, float16=True))
    assert unpacked >= plain + 256 * 512 * 4


def test_a_loop_has_a_memory_of_its_own(written):
    import tensorflow as tf

    def function(x):
        def body(count, y):
            return count + 1, tf.cumsum(tf.reverse(y, axis=[-1]), axis=-1)

        return tf.while_loop(lambda count, y: count < 5, body, (0, x))[1]

    assert arena_bytes(written(function, (1, 4_096))) >= 3 * 4 * 4_096
