from pathlib import Path

import numpy as np
import pytest
import soundfile

from automl.data.audio.reading import read_audio
from automl.data.files.listing import listing_of
from automl.data.options import ReadOptions
from automl.data.storage import StoredExamples
from automl.errors import UserInputError
from automl.preprocessing.audio import AudioEncoder
from automl.preprocessing.base import part_from
from automl.preprocessing.graft import features_of

RATE = 8000


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOML_CACHE", str(tmp_path_factory.mktemp("cache")))


def tone(hertz: float = 440, seconds: float = 0.5, rate: int = RATE, loud: float = 0.5):
    return loud * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def written(path: Path, samples, rate: int = RATE, subtype: str | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


def listed(root: Path):
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return listing_of(root, files, labels=[path.parent.name for path in files])


def two_classes(root: Path, count: int = 3, **options) -> Path:
    for number in range(count):
        written(root / "low" / f"{number}.wav", tone(300 + number), **options)
        written(root / "high" / f"{number}.wav", tone(2000 + number), **options)
    return root


def test_sounds_become_waveforms_and_the_file_makes_spectrograms(tmp_path: Path) -> None:
    raw = read_audio(listed(two_classes(tmp_path)), ReadOptions())
    assert raw.x.shape == (6, RATE // 2)
    assert raw.x.itemsize == 2
    assert np.abs(raw.x[:]).max() == pytest.approx(0.5, rel=1e-3)
    assert raw.class_names == ("high", "low")
    assert raw.input.kind == "spectrogram"
    features = features_of(raw.front, raw.x[:])
    assert features.shape[1:] == raw.input.shape
    assert raw.input.low <= features.min() <= features.max() <= raw.input.high
    high, low = (features[raw.y == label].mean(axis=(0, 1, 3)).argmax() for label in (0, 1))
    assert high > low
    for part in (raw.front, raw.encoder):
        assert part_from(part.to_dict()) == part


def test_the_encoder_reads_a_file_as_training_did(tmp_path: Path) -> None:
    raw = read_audio(listed(two_classes(tmp_path)), ReadOptions())
    (one,) = raw.encoder.examples(str(tmp_path / "high" / "1.wav"))
    np.testing.assert_allclose(one.x, raw.x[1], atol=5e-4)
    assert one.x.dtype == np.float32
    assert [each.name for each in raw.encoder.examples(str(tmp_path))][:2] == [
        "high/0.wav",
        "high/1.wav",
    ]


@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [
        ("wav", "PCM_U8"),
        ("wav", "PCM_16"),
        ("wav", "PCM_24"),
        ("wav", "PCM_32"),
        ("wav", "FLOAT"),
        ("wav", "DOUBLE"),
        ("wav", "ULAW"),
        ("flac", "PCM_16"),
        ("flac", "PCM_24"),
        ("ogg", "VORBIS"),
    ],
)
def test_every_format_gives_the_same_sound(tmp_path: Path, suffix: str, subtype: str) -> None:
    path = written(tmp_path / f"x.{suffix}", tone(), subtype=subtype)
    found = AudioEncoder(RATE, RATE // 2).read(path)
    assert np.abs(found - tone())[200:-200].max() < 0.05
    assert found.max() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("rate", [44_100, 22_050, 16_000, 11_025, 4000])
def test_other_rates_are_resampled(tmp_path: Path, rate: int) -> None:
    path = written(tmp_path / "x.wav", tone(rate=rate), rate)
    found = AudioEncoder(RATE, RATE // 2).read(path)
    np.testing.assert_allclose(found[200:-200], tone()[200:-200], atol=0.01)


def test_stereo_is_averaged_and_loud_floats_are_clipped(tmp_path: Path) -> None:
    both = np.stack([tone(), 3 * tone()], axis=1)
    written(tmp_path / "a" / "x.wav", both, subtype="FLOAT")
    raw = read_audio(listed(two_classes(tmp_path)), ReadOptions())
    np.testing.assert_allclose(raw.x[0], np.clip(2 * tone(), -1, 1), atol=1e-3)
    assert "The channels of 1 files were averaged to one." in raw.notes


def test_rate_and_length_are_what_most_have(tmp_path: Path) -> None:
    two_classes(tmp_path, 10)
    written(tmp_path / "low" / "long.wav", tone(seconds=3))
    written(tmp_path / "low" / "short.wav", tone(seconds=0.1))
    written(tmp_path / "high" / "fine.wav", tone(rate=48_000), 48_000)
    raw = read_audio(listed(tmp_path), ReadOptions())
    assert (raw.encoder.sample_rate, raw.encoder.samples) == (RATE, RATE // 2)
    assert "1 of 23 files were resampled from 48,000 Hz." in raw.notes
    assert "1 of 23 files are longer and were cut at their end." in raw.notes
    assert "1 of 23 files are shorter and end in silence." in raw.notes


def test_rate_is_capped_and_options_go_first(tmp_path: Path) -> None:
    two_classes(tmp_path, rate=44_100)
    assert read_audio(listed(tmp_path), ReadOptions()).encoder.sample_rate == 16_000
    raw = read_audio(listed(tmp_path), ReadOptions(sample_rate=4000, seconds=0.25))
    assert raw.x.shape == (6, 1000)
    with pytest.raises(UserInputError, match="sample rate"):
        read_audio(listed(tmp_path), ReadOptions(sample_rate=10))


def test_what_cannot_be_used_is_skipped_and_said(tmp_path: Path) -> None:
    two_classes(tmp_path)
    good = (tmp_path / "low" / "0.wav").read_bytes()
    (tmp_path / "low" / "cut.wav").write_bytes(good[: len(good) // 2])
    (tmp_path / "low" / "zero.wav").write_bytes(b"")
    (tmp_path / "low" / "garbage.wav").write_bytes(b"RIFF" + b"\x07" * 500)
    written(tmp_path / "low" / "none.wav", np.zeros(0))
    written(tmp_path / "low" / "nan.wav", np.full(100, np.nan), subtype="FLOAT")
    flac = written(tmp_path / "x.flac", np.random.default_rng(0).normal(0, 0.1, RATE))
    (tmp_path / "low" / "cut.flac").write_bytes(flac.read_bytes()[:4000])
    flac.unlink()
    raw = read_audio(listed(tmp_path), ReadOptions())
    found = {one.where: one.reason for one in raw.skipped}
    assert found["low/cut.wav"] == "is truncated"
    assert found["low/zero.wav"] == found["low/none.wav"] == "is empty"
    assert found["low/garbage.wav"].startswith("cannot be read")
    assert found["low/nan.wav"] == "holds numbers that are not finite"
    assert "low/cut.flac" in found
    assert len(raw.x) == 6


def test_a_length_that_the_writer_did_not_know_is_no_fault(tmp_path: Path) -> None:
    path = written(tmp_path / "x.wav", tone())
    content = path.read_bytes()
    at = content.index(b"data") + 4
    path.write_bytes(content[:at] + b"\xff" * 4 + content[at + 4 :])
    np.testing.assert_allclose(AudioEncoder(RATE, RATE // 2).read(path), tone(), atol=1e-3)


def test_silence_is_a_sound(tmp_path: Path) -> None:
    two_classes(tmp_path)
    written(tmp_path / "low" / "silence.wav", np.zeros(RATE // 2))
    raw = read_audio(listed(tmp_path), ReadOptions())
    assert len(raw.x) == 7
    assert np.isfinite(features_of(raw.front, raw.x[:])).all()


def test_nothing_usable_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.wav").write_bytes(b"no sound")
    with pytest.raises(UserInputError) as caught:
        read_audio(listed(tmp_path), ReadOptions())
    assert "\n" not in str(caught.value)


def test_a_very_short_sound_fills_a_frame(tmp_path: Path) -> None:
    two_classes(tmp_path)
    raw = read_audio(listed(tmp_path), ReadOptions(seconds=0.001))
    assert features_of(raw.front, raw.x[:]).shape[1:] == raw.input.shape == (1, 40, 1)


def test_what_exceeds_the_memory_stays_on_disk(tmp_path: Path) -> None:
    two_classes(tmp_path)
    seen = []
    raw = read_audio(
        listed(tmp_path), ReadOptions(memory=1000, progress=lambda *said: seen.append(said))
    )
    assert isinstance(raw.x, StoredExamples)
    assert seen[-1] == (6, 6, "sounds")
    again = read_audio(listed(tmp_path), ReadOptions())
    np.testing.assert_array_equal(again.x[:], raw.x[:])
