import json
from pathlib import Path

import keras
import numpy as np
import pytest
import scipy.signal

from automl.compression.recipes import DYNAMIC_INT8, FLOAT16, FLOAT32
from automl.errors import UserInputError
from automl.export.tfjs.exporter import TFJSExporter
from automl.export.tflite.exporter import TFLiteExporter
from automl.preprocessing.base import part_from
from automl.preprocessing.log_mel import FLOOR, FULL_SCALE_POWER, LogMel
from automl.registry import RUNTIMES

RATE = 16_000


def model_of(front: LogMel) -> keras.Model:
    inputs = keras.Input(front.raw_shape, dtype=front.raw_dtype, name="x")
    return keras.Model(inputs, front.apply(inputs))


def sounds(samples: int, rate: int) -> np.ndarray:
    """Noise, loud and quiet, a tone, a chirp and silence."""
    random = np.random.default_rng(0)
    time = np.arange(samples) / rate
    return np.stack(
        [
            random.normal(0, 0.1, samples),
            random.normal(0, 0.001, samples),
            0.5 * np.sin(2 * np.pi * rate / 20 * time) + random.normal(0, 0.001, samples),
            0.3 * scipy.signal.chirp(time, 50, time[-1], 0.4 * rate)
            + random.normal(0, 0.001, samples),
            np.zeros(samples),
        ]
    ).astype(np.float32)


def reference(front: LogMel, x: np.ndarray) -> np.ndarray:
    """The same with NumPy's FFT and a filter bank written another way, in float64."""
    x = np.pad(x.astype(float), ((0, 0), (0, front.window)))
    hann = scipy.signal.get_window("hann", front.window)
    starts = front.hop * np.arange(front.frames)
    frames = np.stack([x[:, start : start + front.window] for start in starts], axis=1)
    spectrum = np.fft.rfft(hann * frames)[..., :-1]
    power = FULL_SCALE_POWER * np.abs(2 * spectrum / hann.sum() / front.full_scale) ** 2
    at = 2595 * np.log10(1 + np.arange(front.window // 2) * front.sample_rate / front.window / 700)
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (front.low, front.high))
    edges = np.linspace(low, high, front.bins + 2)
    filters = [np.interp(at, edges[each : each + 3], [0, 1, 0]) for each in range(front.bins)]
    return np.log(power[..., 1:] @ np.array(filters).T[1:] + FLOOR)[..., np.newaxis]


@pytest.fixture(scope="module")
def front() -> LogMel:
    return LogMel.of(RATE, RATE)


@pytest.fixture(scope="module")
def model(front: LogMel) -> keras.Model:
    return model_of(front)


@pytest.mark.parametrize(
    ("samples", "rate"),
    [(RATE, RATE), (15_999, RATE), (512, RATE), (8000, 8000), (30_000, 11_025), (5000, 4000),
     (90_000, RATE), (44_100, 44_100)],
)  # fmt: skip
def test_it_is_the_spectrogram_that_an_fft_gives(samples: int, rate: int) -> None:
    front = LogMel.of(samples, rate)
    x = sounds(samples, rate)
    found = model_of(front).predict(x, verbose=0)
    assert found.shape[1:] == front.shape
    np.testing.assert_allclose(found, reference(front, x), atol=1e-3)


def test_usual_sounds_get_usual_settings(front: LogMel) -> None:
    assert (front.window, front.hop, front.bins, front.high) == (512, 256, 40, 7600.0)
    assert LogMel.of(8000, 8000).window == 256
    assert LogMel.of(10 * RATE, RATE).window == 1024
    assert LogMel.of(RATE, RATE).shape == (62, 40, 1)


def test_a_tone_is_loudest_at_its_own_height(model: keras.Model, front: LogMel) -> None:
    time = np.arange(RATE) / RATE
    heights = [
        model.predict(np.sin(2 * np.pi * hertz * time)[None].astype("float32"), verbose=0)[0, 5]
        for hertz in (200, 1000, 5000)
    ]
    tops = [int(each.argmax()) for each in heights]
    assert tops == sorted(tops)
    assert heights[1].max() == pytest.approx(np.log(FULL_SCALE_POWER), abs=0.7)


def test_silence_is_the_floor_and_finite(model: keras.Model) -> None:
    found = model.predict(np.zeros((1, RATE), np.float32), verbose=0)
    np.testing.assert_allclose(found, np.log(FLOOR), rtol=1e-5)


def test_sixteen_bit_numbers_give_the_same(model: keras.Model) -> None:
    x = sounds(RATE, RATE)
    shorts = model_of(LogMel.of(RATE, RATE, full_scale=32_768.0))
    np.testing.assert_allclose(
        shorts.predict(x * 32_768, verbose=0), model.predict(x, verbose=0), atol=1e-3
    )


def test_its_record_gives_the_same(front: LogMel) -> None:
    assert part_from(json.loads(json.dumps(front.to_dict()))) == front


def test_a_saved_model_needs_plain_keras(model: keras.Model, tmp_path: Path) -> None:
    model.save(tmp_path / "m.keras")
    x = sounds(RATE, RATE)
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert not again.trainable_variables


@pytest.mark.parametrize("recipe", [FLOAT32, DYNAMIC_INT8], ids=lambda recipe: recipe.name)
def test_tflite_computes_the_same(model: keras.Model, recipe, tmp_path: Path) -> None:
    x = sounds(RATE, RATE)
    file = TFLiteExporter().export(model, recipe, tmp_path, x)
    found = RUNTIMES.get("litert")().run(file, x).outputs
    np.testing.assert_allclose(found, model.predict(x, verbose=0), atol=1e-4)
    assert file.stat().st_size < 40_000


def test_half_precision_is_off_by_little(model: keras.Model, tmp_path: Path) -> None:
    x = sounds(RATE, RATE)
    file = TFLiteExporter().export(model, FLOAT16, tmp_path, x)
    error = np.abs(RUNTIMES.get("litert")().run(file, x).outputs - model.predict(x, verbose=0))
    assert error.mean() < 0.03
    assert error.max() < 0.5  # Beside a loud tone, 60 dB below it.


@pytest.mark.parametrize("runtime", ["tfjs-cpu", "tfjs-wasm"])
def test_tfjs_computes_the_same(model: keras.Model, runtime: str, tmp_path: Path) -> None:
    there = RUNTIMES.get(runtime)()
    if reason := there.missing():
        pytest.skip(reason)
    x = sounds(RATE, RATE)[1:4]
    file = TFJSExporter().export(model, FLOAT32, tmp_path, x)
    expected = model.predict(x, verbose=0)
    # Relative to the largest output, as for every file: a logarithm of what float32
    # leaves of a sum of loud and faint parts has no more digits.
    allowed = 1e-4 * float(np.abs(expected).max())
    np.testing.assert_allclose(there.run(file, x).outputs, expected, rtol=0, atol=allowed)


@pytest.mark.parametrize(
    "wrong", [{"window": 500}, {"samples": 100}, {"high": 9000.0}, {"low": 8000.0}]
)
def test_what_cannot_be_is_refused(front: LogMel, wrong: dict) -> None:
    record = {**front.to_dict(), **wrong}
    record.pop("part")
    with pytest.raises(UserInputError, match="Received"):
        LogMel(**record)
