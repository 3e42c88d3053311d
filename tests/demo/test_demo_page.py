"""The page in a real browser: what it predicts is what Keras predicts."""

from __future__ import annotations

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .conftest import KINDS

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
#: Milliseconds from opening the page to its first prediction.
FIRST = 2_000
#: Bytes of model and data of the digits.
LIGHT = 200_000


class QuietHandler(SimpleHTTPRequestHandler):
    """A web host that knows nothing of the page."""

    def log_message(self, *args: Any) -> None:
        pass


def outputs(page: Any) -> np.ndarray:
    return np.array(json.loads(page.get_attribute("#answer", "data-outputs")))


def turn(page: Any) -> int:
    return int(page.get_attribute("#answer", "data-turn") or 0)


def after(page: Any, act: Any) -> np.ndarray:
    """Does something and returns the outputs of the next answer."""
    before = turn(page)
    act()
    page.wait_for_function(
        "before => Number(document.getElementById('answer').dataset.turn) > before", arg=before
    )
    return outputs(page)


@pytest.mark.parametrize("kind", KINDS)
def test_every_sample_is_predicted_as_in_keras(opened: Any, site_of: Any, kind: str) -> None:
    page = opened(kind)
    samples = json.loads((site_of(kind) / "samples" / "samples.json").read_text())["samples"]
    assert len(samples) >= 3
    buttons = page.locator("#strip button")
    assert buttons.count() == len(samples)
    for number, sample in enumerate(samples):
        found = after(page, buttons.nth(number).click)
        keras = np.array(sample["keras"])
        np.testing.assert_allclose(found, keras, atol=1e-4, rtol=1e-4)
    page.click("#check")
    page.wait_for_selector("#checked.good")
    page.set_viewport_size(PHONE["viewport"])
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, "the page is wider than a phone"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colors_are_those_asked_for(opened: Any, theme: str) -> None:
    page = opened("digits", color_scheme=theme, **PHONE)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(245, 246, 248)" if theme == "light" else "rgb(17, 20, 24)"
    )


def test_any_host_and_any_path_will_do(opened: Any, site_of: Any) -> None:
    site = site_of("digits")
    handler = partial(QuietHandler, directory=str(site.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        page = opened("digits", at=f"http://127.0.0.1:{server.server_address[1]}/{site.name}/")
        page.click("#check")
        page.wait_for_selector("#checked.good")
        server.shutdown()


def test_a_browser_without_webassembly_computes_the_same(opened: Any) -> None:
    page = opened("digits", before="delete globalThis.WebAssembly")
    assert "TF.js on cpu" in page.text_content("#facts")
    page.click("#check")
    page.wait_for_selector("#checked.good")


def test_digits_are_light_and_fast(opened: Any) -> None:
    page = opened("digits")
    assert int(page.get_attribute("body", "data-ready")) < FIRST
    names = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    origin = page.evaluate("location.origin")
    assert all(name.startswith(origin) for name in names), "something came from elsewhere"
    light = page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter(e => !e.name.includes('/runtime/')).reduce((a, e) => a + e.encodedBodySize, 0)"
    )
    assert light < LIGHT


def test_a_digit_is_drawn_with_the_mouse(opened: Any) -> None:
    page = opened("digits")
    box = page.locator(".pad").bounding_box()

    def draw() -> None:
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.2 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.8 * box["height"], steps=5)
        page.mouse.up()

    found = after(page, draw)
    assert found.sum() == pytest.approx(1, abs=1e-4)
    assert page.locator("#strip [aria-pressed=true]").count() == 0
    seen = page.evaluate(
        "[...document.querySelector('.seen').getContext('2d').getImageData(0, 0, 8, 8).data]"
    )
    ink = np.array(seen).reshape(8, 8, 4)[..., 0]
    assert ink[:, 3:5].mean() > 128 > ink[:, :2].mean(), "an upright stroke in the middle"


def test_a_digit_is_drawn_with_the_keys_alone(opened: Any) -> None:
    page = opened("digits")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('pad')"):
            break
    page.keyboard.press("Delete")

    def draw() -> None:
        page.keyboard.press("Space")
        for _ in range(12):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")

    assert after(page, draw).sum() == pytest.approx(1, abs=1e-4)
    before = turn(page)
    page.locator("#strip button").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('#strip [aria-pressed=true]').length == 1")
    assert turn(page) > before


def test_a_picture_is_chosen(opened: Any, site_of: Any, tmp_path: Path) -> None:
    from PIL import Image

    page = opened("pictures")
    Image.new("RGB", (40, 30), (250, 250, 250)).save(tmp_path / "light.png")
    found = after(
        page, lambda: page.set_input_files("input[type=file]", str(tmp_path / "light.png"))
    )
    assert found.sum() == pytest.approx(1, abs=1e-4)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    page.set_input_files("input[type=file]", str(tmp_path / "broken.png"))
    page.wait_for_selector("text=no picture that this browser can read")


def test_a_text_is_typed(opened: Any) -> None:
    page = opened("text")
    found = after(page, lambda: page.fill("textarea", "sentence that says this, twice"))
    assert found.sum() == pytest.approx(1, abs=1e-4)
    assert "words and marks" in page.text_content(".giver .quiet")


def test_a_sound_is_recorded(opened: Any) -> None:
    page = opened("audio", permissions=["microphone"])
    found = after(page, lambda: page.click("text=Record"))
    assert found.sum() == pytest.approx(1, abs=1e-4)
    assert page.text_content(".record") == "Record again"


def test_a_row_is_filled_in_and_pasted(opened: Any) -> None:
    page = opened("table")
    first = after(page, lambda: page.fill(".field input >> nth=0", "95"))
    pasted = 'income,approved,"city, of birth"\n12.5,?,Bern'
    second = after(page, lambda: page.fill("textarea", pasted))
    assert np.abs(first - second).max() > 1e-6
    assert page.input_value(".field input >> nth=0") == "12.5"
    assert page.input_value(".field select") == "Bern"


def test_too_short_a_series_is_said(opened: Any) -> None:
    page = opened("forecasting")
    assert page.locator(".line.past").count() == page.locator(".line.forecast").count() == 1
    rows = page.input_value("textarea").split("\n")
    page.fill("textarea", "\n".join(rows[:5]))
    page.wait_for_selector("text=24 rows are needed")


def test_a_score_stands_against_its_threshold(opened: Any) -> None:
    page = opened("anomaly")
    assert "threshold 0.5" in page.text_content(".gauge")
    assert page.text_content(".headline strong") in ("Normal", "Abnormal")
