from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

from automl.errors import UserInputError
from automl.preprocessing.base import part_from
from automl.preprocessing.image import ImageEncoder

#: Reads every case with the reference code beside it and prints the numbers.
NODE = """
import { readFileSync } from "node:fs";
import { exampleOf, readPng } from "./picture.mjs";
const cases = JSON.parse(readFileSync("cases.json"));
const answers = [];
for (const { file, settings, raw } of cases) {
  answers.push(Array.from(raw
    ? exampleOf({ ...raw, data: Uint8ClampedArray.from(raw.data) }, settings)
    : await readPng(readFileSync(file), settings)));
}
console.log(JSON.stringify(answers));
"""


def noise(*shape, dtype=np.uint8):
    high = np.iinfo(dtype).max + 1
    return np.random.default_rng(sum(shape)).integers(0, high, shape).astype(dtype)


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


RGB = {"height": 24, "width": 32, "channels": 3}
GREY = {**RGB, "channels": 1}
DEEP = {**GREY, "depth": 16, "fill": 32768}
#: Name -> picture, settings, how it is saved.
CASES = {
    "larger": (Image.fromarray(noise(61, 47, 3)), RGB, {}),
    "smaller": (Image.fromarray(noise(7, 5, 3)), RGB, {}),
    "as it is": (Image.fromarray(noise(24, 32)), GREY, {}),
    "wide, padded": (Image.fromarray(noise(61, 147, 3)), {**RGB, "fit": "pad"}, {}),
    "tall, padded": (Image.fromarray(noise(147, 6)), {**GREY, "fit": "pad"}, {}),
    "one pixel": (Image.fromarray(noise(1, 1, 3)), RGB, {}),
    "a line": (Image.fromarray(noise(1, 500)), {**GREY, "fit": "pad"}, {}),
    "colour to grey": (Image.fromarray(noise(50, 60, 3)), GREY, {}),
    "grey to colour": (Image.fromarray(noise(50, 60)), RGB, {}),
    "transparent": (Image.fromarray(noise(50, 60, 4)), RGB, {}),
    "transparent grey": (Image.fromarray(noise(50, 60, 2)), GREY, {}),
    "palette": (Image.fromarray(noise(50, 60, 3)).quantize(13), RGB, {}),
    "transparent palette": (
        Image.fromarray(noise(50, 60, 3)).quantize(5), RGB, {"transparency": 2},
    ),
    "transparent colour": (Image.new("RGB", (9, 9), (1, 2, 3)), RGB, {"transparency": (1, 2, 3)}),
    "black and white": (Image.fromarray(noise(50, 61)).convert("1"), RGB, {}),
    "16 bits": (Image.fromarray(noise(50, 60, dtype=np.uint16)), DEEP, {}),
    "16 bits, padded": (
        Image.fromarray(noise(50, 160, dtype=np.uint16)), {**DEEP, "fit": "pad"}, {},
    ),
    "16 bits to 8": (Image.fromarray(noise(50, 60, dtype=np.uint16)), RGB, {}),
    **{
        f"orientation {orientation}": (
            Image.fromarray(noise(40, 30, 3)), {**RGB, "width": 17}, {"exif": turned(orientation)},
        )
        for orientation in range(1, 9)
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Returns a folder with all cases as PNG and the reference code."""
    place = tmp_path_factory.mktemp("pictures")
    ImageEncoder(24, 32, 3).write(place)
    for name, (image, _, options) in CASES.items():
        image.save(place / f"{name}.png", **options)
    return place


@pytest.fixture(scope="module")
def from_python(folder):
    return {
        name: next(ImageEncoder(**settings).examples(str(folder / f"{name}.png"))).x
        for name, (_, settings, _) in CASES.items()
    }


@pytest.fixture(scope="module")
def from_node(folder):
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    cases = [
        {"file": f"{name}.png", "settings": ImageEncoder(**settings).to_dict()}
        for name, (_, settings, _) in CASES.items()
    ]
    # What a canvas or another library has decoded.
    rgba = noise(50, 60, 4)
    raw = {"width": 60, "height": 50, "data": rgba.ravel().tolist()}
    cases.append({"raw": raw, "settings": ImageEncoder(**RGB).to_dict()})
    (folder / "cases.json").write_text(json.dumps(cases))
    (folder / "run.mjs").write_text(NODE)
    done = subprocess.run(
        ["node", "run.mjs"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(zip([*CASES, "decoded"], json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_python_and_javascript_give_the_same_numbers(from_python, from_node, name):
    expected = from_python[name]
    np.testing.assert_array_equal(np.reshape(from_node[name], expected.shape), expected)


def test_decoded_pixels_are_taken_too(from_python, from_node):
    np.testing.assert_array_equal(from_node["decoded"], from_python["transparent"].ravel())


@pytest.mark.parametrize("name", ["larger", "transparent", "16 bits", "orientation 6"])
def test_the_python_file_works_alone(folder, from_python, name):
    spec = importlib.util.spec_from_file_location("alone", folder / "picture.py")
    alone = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alone)
    settings = ImageEncoder(**CASES[name][1]).to_dict()
    np.testing.assert_array_equal(
        alone.read_picture(folder / f"{name}.png", settings), from_python[name]
    )


def test_an_interlaced_png_is_refused_by_javascript(folder, from_node):
    (folder / "odd.mjs").write_text(
        'import { readPng } from "./picture.mjs";\n'
        "const head = new Uint8Array(40).fill(0);\n"
        "head.set([137, 80, 78, 71, 13, 10, 26, 10]); head[28] = 1;\n"
        "await readPng(head, {}).catch((error) => console.log(error.message));\n"
        "await readPng(new Uint8Array(40), {}).catch((error) => console.log(error.message));\n"
    )
    done = subprocess.run(
        ["node", "odd.mjs"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "Interlaced PNG files are not read: use exampleOf.",
        "This is no PNG file: decode it and use exampleOf.",
    ]


@pytest.mark.parametrize(("name", "edge"), [("wide, padded", 128), ("16 bits, padded", 32768)])
def test_padding_is_in_the_middle_of_the_range(from_python, name, edge):
    assert (from_python[name][0] == edge).all()
    assert (from_python[name][12] != edge).any()


def test_the_middle_is_kept(tmp_path):
    pixels = np.zeros((10, 30), np.uint8)
    pixels[:, 10:20] = 200
    Image.fromarray(pixels).save(tmp_path / "middle.png")
    (named,) = ImageEncoder(5, 5, 1).examples(str(tmp_path / "middle.png"))
    assert (named.x == 200).all()


def test_a_large_photograph_is_decoded_small_to_nearly_the_same(tmp_path):
    x, y = np.meshgrid(np.linspace(0, 6, 1600), np.linspace(0, 6, 1200))
    waves = [128 + 90 * np.sin(x * f + y) for f in (1, 2, 3)]
    image = Image.fromarray(np.stack(waves, axis=-1).astype(np.uint8))
    image.save(tmp_path / "photo.jpg", quality=95)
    Image.open(tmp_path / "photo.jpg").save(tmp_path / "photo.png")
    small, whole = (
        next(ImageEncoder(72, 96, 3).examples(str(tmp_path / f"photo.{suffix}"))).x
        for suffix in ("jpg", "png")
    )
    assert np.abs(small - whole).max() <= 3


def test_files_are_few_and_the_same_each_time(tmp_path):
    encoder = ImageEncoder(8, 9, 1, fit="pad")
    names = encoder.write(tmp_path)
    assert names == ("picture.json", "picture.py", "picture.mjs", "Picture.kt")
    before = {name: (tmp_path / name).read_bytes() for name in names}
    encoder.write(tmp_path)
    assert before == {name: (tmp_path / name).read_bytes() for name in names}
    assert json.loads(before["picture.json"]) == {
        "height": 8, "width": 9, "channels": 1, "fit": "pad", "depth": 8, "fill": 128,
    }  # fmt: skip
    assert part_from(encoder.to_dict()) == encoder
    assert "8 rows of 9 grey values from 0 to 255" in encoder.describe()


@pytest.mark.parametrize("damage", ["missing", "empty folder", "text", "zero"])
def test_what_cannot_be_read_is_one_line(tmp_path, damage):
    path = tmp_path / "it.png"
    if damage == "empty folder":
        path.mkdir()
    elif damage != "missing":
        path.write_text("text" if damage == "text" else "")
    with pytest.raises(UserInputError) as caught:
        list(ImageEncoder(4, 4, 1).examples(str(path)))
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "values", [{"height": 0}, {"channels": 2}, {"fit": "stretch"}, {"depth": 16}, {"depth": 12}]
)
def test_settings_that_make_no_sense_are_refused(values):
    with pytest.raises(UserInputError):
        ImageEncoder(**{"height": 4, "width": 4, "channels": 3} | values)
