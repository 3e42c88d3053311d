import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from automl.errors import UserInputError
from automl.preprocessing.audio import AudioEncoder

NODE = """
import { readFileSync } from "node:fs";
import { fit } from "FOLDER/audio.mjs";
const settings = JSON.parse(readFileSync("FOLDER/audio.json", "utf8"));
const channels = JSON.parse(readFileSync(0, "utf8")).map((one) => Float32Array.from(one));
console.log(JSON.stringify([...fit(channels, settings)]));
"""


@pytest.fixture
def encoder() -> AudioEncoder:
    return AudioEncoder(sample_rate=8000, samples=1000)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
@pytest.mark.parametrize("length", [0, 300, 1000, 1500])
def test_python_and_javascript_give_the_same_waveform(
    tmp_path: Path, encoder: AudioEncoder, length: int
) -> None:
    encoder.write(tmp_path)
    channels = np.random.default_rng(0).normal(0, 0.7, (2, length)).astype(np.float32)
    script = tmp_path / "run.mjs"
    script.write_text(NODE.replace("FOLDER", tmp_path.as_posix()))
    done = subprocess.run(
        ["node", str(script)],
        input=json.dumps(channels.tolist()),
        capture_output=True,
        text=True,
        check=True,
    )
    found = np.array(json.loads(done.stdout))
    if not length:
        assert not found.any()
        return
    soundfile.write(tmp_path / "x.wav", channels.T, 8000, subtype="FLOAT")
    np.testing.assert_allclose(found, encoder.read(tmp_path / "x.wav"), atol=1e-6)


def test_it_writes_what_a_program_needs(tmp_path: Path, encoder: AudioEncoder) -> None:
    names = encoder.write(tmp_path)
    assert sorted(names) == sorted(path.name for path in tmp_path.iterdir())
    assert json.loads((tmp_path / "audio.json").read_text()) == {
        "sample_rate": 8000,
        "samples": 1000,
    }
    assert "1000 samples" in encoder.describe()


def test_hidden_files_of_a_folder_are_left_out(tmp_path: Path, encoder: AudioEncoder) -> None:
    soundfile.write(tmp_path / "x.wav", np.zeros(10), 8000)
    (tmp_path / "._x.wav").write_bytes(b"a shadow")
    assert [each.name for each in encoder.examples(str(tmp_path))] == ["x.wav"]


@pytest.mark.parametrize("name", ["gone.wav", "none", "text.wav"])
def test_what_cannot_be_read_is_said_in_one_line(
    tmp_path: Path, encoder: AudioEncoder, name: str
) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(UserInputError) as caught:
        list(encoder.examples(str(tmp_path / name)))
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)
