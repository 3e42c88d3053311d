"""Files that are odd or broken: each is read as a careful person would, or named."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from automl.data.base import Skipped
from automl.errors import UserInputError


def skipped(raw):
    return {each.where: each.reason for each in raw.skipped}


def test_what_cannot_be_read_is_skipped_and_named(pictures, picture, read):
    (pictures / "cats" / "text.png").write_text("no picture at all")
    (pictures / "cats" / "zero.png").touch()
    picture("RGB", 300, 300).save(pictures / "cats" / "whole.jpg")
    whole = (pictures / "cats" / "whole.jpg").read_bytes()
    (pictures / "cats" / "whole.jpg").unlink()
    (pictures / "dogs" / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    cut = (pictures / "dogs" / "0.png").read_bytes()
    (pictures / "dogs" / "cut.png").write_bytes(cut[: len(cut) // 2])
    raw = read(pictures)
    assert len(raw.x) == len(raw.y) == 12
    assert skipped(raw) == {
        "cats/text.png": "is no picture that can be read",
        "cats/zero.png": "is empty",
        "dogs/cut.jpg": "is cut off",
        "dogs/cut.png": "is cut off",
    }


def test_damage_of_any_kind_stops_no_reading(pictures, picture, read):
    random = np.random.default_rng(0)
    for suffix in ("png", "gif", "bmp", "tif", "webp", "jpg", "ppm", "tga", "ico"):
        file = pictures / "cats" / f"damaged.{suffix}"
        picture("RGB", 40, 40).save(file)
        content = bytearray(file.read_bytes())
        for position in random.integers(0, len(content), 40):
            content[position] = int(random.integers(0, 256))
        file.write_bytes(bytes(content))
    raw = read(pictures)
    assert len(raw.x) + len(raw.skipped) == 12 + 9


def test_a_suffix_that_lies_is_read_by_content(pictures, picture, read):
    pixels = picture()
    pixels.save(pictures / "cats" / "0.png")
    pixels.save(pictures / "cats" / "lie.jpg", format="PNG")
    raw = read(pictures)
    assert raw.skipped == ()
    np.testing.assert_array_equal(raw.x[0], raw.x[6])
    assert any("1 picture of another format" in note for note in raw.notes)


def test_sixteen_bits_are_kept_where_all_have_them(tmp_path, read):
    random = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / "deep" / name).mkdir(parents=True)
        for number in range(3):
            values = random.integers(0, 4096, (8, 8)).astype(np.uint16)
            values[0, 0] = 4095
            Image.fromarray(values).save(tmp_path / "deep" / name / f"{number}.png")
    raw = read(tmp_path / "deep")
    assert raw.x.dtype == np.uint16
    assert raw.x.max() == 4095
    assert raw.input.high == 4095, "white is what 12 bits hold"
    assert any("16 bits" in note for note in raw.notes)


def test_sixteen_bits_among_others_become_eight(pictures, read):
    deep = np.full((10, 12), 0x80FF, np.uint16)
    deep[0] = 0xFFFF
    Image.fromarray(deep).save(pictures / "cats" / "deep.png")
    raw = read(pictures)
    assert raw.x.dtype == np.uint8
    assert raw.x[6, 0, 0, 0] == 255
    assert raw.x[6, 1, 0, 0] == 0x80, "not cut off at 255"
    assert any("1 picture of 16 bits" in note for note in raw.notes)


def test_fractions_have_no_range_and_are_skipped(pictures, read):
    Image.fromarray(np.random.default_rng(0).random((10, 12), np.float32)).save(
        pictures / "cats" / "fractions.tif"
    )
    assert skipped(read(pictures)) == {
        "cats/fractions.tif": "holds fractions, which have no set range"
    }


def test_cmyk_and_palettes_become_rgb(pictures, picture, read):
    Image.new("CMYK", (12, 10), (0, 255, 255, 0)).save(pictures / "cats" / "cmyk.jpg")
    red = Image.new("RGB", (12, 10), (255, 0, 0))
    red.quantize(4).save(pictures / "cats" / "palette.gif")
    raw = read(pictures)
    assert raw.x.shape[1:] == (10, 12, 3)
    assert np.abs(raw.x[6].astype(int) - (255, 0, 0)).max() < 8
    np.testing.assert_array_equal(raw.x[7], np.broadcast_to((255, 0, 0), (10, 12, 3)))
    assert any("CMYK" in note for note in raw.notes)
    assert any("12 pictures in grey among coloured ones" in note for note in raw.notes)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_becomes_white(pictures, picture, read, mode):
    image = picture(mode)
    image.putalpha(Image.new("L", image.size, 0))
    image.save(pictures / "cats" / "clear.png")
    raw = read(pictures)
    assert (raw.x[6] == 255).all()
    assert any("transparent" in note for note in raw.notes)


def test_a_transparent_colour_of_a_palette_becomes_white(pictures, read):
    image = Image.new("P", (12, 10), 0)
    image.putpalette([10, 20, 30, 200, 100, 0])
    image.putpixel((0, 0), 1)
    image.save(pictures / "cats" / "clear.gif", transparency=0)
    raw = read(pictures)
    assert raw.x[6, 0, 0].tolist() == [200, 100, 0]
    assert raw.x[6, 5, 5].tolist() == [255, 255, 255]


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "tif"])
def test_the_first_frame_counts(pictures, picture, read, suffix):
    first, *others = [Image.new("L", (12, 10), shade) for shade in (40, 120, 240)]
    options = {"lossless": True} if suffix == "webp" else {}
    first.save(pictures / "cats" / f"film.{suffix}", save_all=True, append_images=others, **options)
    raw = read(pictures)
    assert np.abs(raw.x[6].astype(int) - 40).max() <= 2
    assert any("the first" in note for note in raw.notes)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_exif_turns_pictures_upright(pictures, read, orientation, suffix):
    # Upright, the upper left corner is white and the lower right one grey.
    upright = np.zeros((12, 12), np.uint8)
    upright[:6, :6], upright[6:, 6:] = 255, 128
    back = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: upright[::-1, ::-1].T,
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 100} if suffix == "jpg" else {}
    Image.fromarray(np.ascontiguousarray(back)).save(
        pictures / "cats" / f"turned.{suffix}", exif=exif, **options
    )
    raw = read(pictures, image_size=(12, 12))
    assert np.abs(raw.x[6, ..., 0].astype(int) - upright).max() < 16
    assert any("upright" in note for note in raw.notes) == (orientation > 1)


def test_a_damaged_exif_note_is_no_damage(pictures, picture, read):
    picture().save(pictures / "cats" / "odd.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff garbage")
    raw = read(pictures)
    assert (len(raw.x), raw.skipped) == (13, ())


def test_too_many_pixels_are_not_decoded(pictures, picture, read, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 5_000)
    picture("L", 200, 200).save(pictures / "cats" / "huge.png")
    assert skipped(read(pictures)) == {"cats/huge.png": "has too many pixels"}


def test_other_files_are_counted_and_hidden_ones_named(pictures, read):
    (pictures / "cats" / "Thumbs.db").touch()
    (pictures / "cats" / ".DS_Store").touch()
    (pictures / "dogs" / "notes.md").write_text("good dog")
    (pictures / "__MACOSX" / "cats").mkdir(parents=True)
    (pictures / "__MACOSX" / "cats" / "._0.png").touch()
    raw = read(pictures)
    hidden = "hidden, or left by a file manager"
    assert raw.class_names == ("cats", "dogs")
    assert skipped(raw) == {
        "__MACOSX": hidden,
        "cats/.DS_Store": hidden,
        "cats/Thumbs.db": hidden,
        "dogs/notes.md": ".md among images",
    }


def test_a_class_of_broken_files_alone_is_left_out_with_a_note(pictures, read):
    (pictures / "eels").mkdir()
    (pictures / "eels" / "0.png").write_text("nothing")
    raw = read(pictures)
    assert raw.class_names == ("cats", "dogs")
    assert raw.skipped == (Skipped("eels/0.png", "is no picture that can be read"),)
    assert "No usable file is left of: eels." in raw.notes


def test_nothing_but_broken_files_is_one_line(tmp_path, read):
    for name in ("a", "b"):
        (tmp_path / "broken" / name).mkdir(parents=True)
        (tmp_path / "broken" / name / "0.png").touch()
    with pytest.raises(UserInputError, match=r"no usable file: a/0.png is empty, and 1 more"):
        read(tmp_path / "broken")


def test_nothing_but_black_is_one_line(tmp_path, read):
    for name in ("a", "b"):
        (tmp_path / "black" / name).mkdir(parents=True)
        Image.new("L", (8, 8)).save(tmp_path / "black" / name / "0.png")
    with pytest.raises(UserInputError, match="black"):
        read(tmp_path / "black")


def test_small_numbers_are_told_from_shades(tmp_path, read):
    for name in ("a", "b"):
        (tmp_path / "masks" / name).mkdir(parents=True)
        for number in range(2):
            mask = np.random.default_rng(number).integers(0, 2, (8, 8), np.uint8)
            Image.fromarray(mask).save(tmp_path / "masks" / name / f"{number}.png")
    raw = read(tmp_path / "masks")
    assert (raw.input.low, raw.input.high) == (0.0, 1.0)
    assert any("white is 1" in note for note in raw.notes)
