"""A browser, and sites of small models of every kind of data."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl.verify.browser.finding import find_chromium, problem


@dataclass(frozen=True)
class Kind:
    """Data of one kind and how it is read."""

    uri: str
    options: dict[str, Any]
    task: str


def digits(folder: Path) -> Kind:
    return Kind("digits", {}, "classification")


def table(folder: Path) -> Kind:
    random = np.random.default_rng(0)
    rows = [
        (
            "" if number % 17 == 0 else round(float(random.normal(50, 15)), 2),
            ["Bern", "Genève", "Zürich"][number % 3],
            f"2024-0{1 + number % 9}-1{number % 10}",
            ["no", "yes"][number % 2],
        )
        for number in range(120)
    ]
    return Kind(
        _csv(folder / "loans.csv", ("income", "city, of birth", "since", "approved"), rows),
        {"target": ("approved",)},
        "classification",
    )


def regression(folder: Path) -> Kind:
    return Kind("diabetes", {}, "regression")


def forecasting(folder: Path) -> Kind:
    steps = np.arange(300)
    load = 20 + 8 * np.sin(2 * np.pi * steps / 24)
    rows = [
        (
            str(np.datetime64("2025-01-01T00:00") + np.timedelta64(int(step), "h")),
            f"{value:.2f}",
            "1",
        )
        for step, value in zip(steps, load, strict=True)
    ]
    uri = _csv(folder / "load.csv", ("hour", "load", "shift"), rows)
    options = {"time_column": "hour", "target": ("load",), "horizon": 6, "lookback": 24}
    return Kind(uri, options, "forecasting")


def text(folder: Path) -> Kind:
    lines = [
        f"{number % 2}\tsentence {number} can't say {['this', 'that'][number % 2]}, twice (so)."
        for number in range(80)
    ]
    (folder / "sentences.txt").write_text("\n".join(lines), encoding="utf-8")
    return Kind(str(folder / "sentences.txt"), {}, "classification")


def audio(folder: Path) -> Kind:
    import soundfile

    random = np.random.default_rng(0)
    for number, place in _places(folder / "sounds", ("low", "high"), 24, ".wav"):
        wave = np.sin(np.arange(2000) * (0.1 + 0.5 * (number % 2)) + random.uniform(0, 6))
        soundfile.write(place, 0.7 * wave, 4000, subtype="PCM_16")
    return Kind(str(folder / "sounds"), {}, "classification")


def pictures(folder: Path) -> Kind:
    from PIL import Image

    random = np.random.default_rng(0)
    for number, place in _places(folder / "photos", ("dark", "light"), 60, ".png"):
        pixels = random.integers(0, 128, (12, 12, 3)) + 120 * (number % 2)
        Image.fromarray(pixels.astype(np.uint8)).save(place)
    return Kind(str(folder / "photos"), {}, "classification")


def series(folder: Path) -> Kind:
    random = np.random.default_rng(0)
    x = random.normal(0, 1, (60, 20, 2)).astype(np.float32)
    np.savez(folder / "series.npz", x=x, y=np.arange(60) % 2)
    return Kind(str(folder / "series.npz"), {"input": "series"}, "classification")


def anomaly(folder: Path) -> Kind:
    random = np.random.default_rng(0)
    rows = [tuple(f"{value:.3f}" for value in random.normal(0, 1, 4)) for _ in range(80)]
    uri = _csv(folder / "sensors.csv", ("a", "b", "c", "d"), rows)
    return Kind(uri, {"task": "anomaly"}, "anomaly")


KINDS = {
    each.__name__: each
    for each in (
        digits, table, regression, forecasting, text, audio, pictures, series, anomaly
    )
}  # fmt: skip


@pytest.fixture(scope="session")
def site_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Returns a function that writes the site of a small model of a kind, once."""
    from automl.verify.tfjs_node import TFJSWasmRuntime

    if reason := TFJSWasmRuntime().missing():
        pytest.skip(reason)
    made: dict[str, Path] = {}

    def site(kind: str) -> Path:
        if kind not in made:
            folder = tmp_path_factory.mktemp(kind)
            made[kind] = _write(KINDS[kind](folder), folder)
        return made[kind]

    return site


def _write(kind: Kind, folder: Path) -> Path:
    """Makes a model of random weights, exports it and writes its site."""
    import keras

    from automl.compression.recipes import FLOAT32
    from automl.data import dataset
    from automl.data.options import ReadOptions
    from automl.demo.exported import Exported
    from automl.demo.site import write_site
    from automl.execution.inprocess import InProcessExecutor
    from automl.export.tfjs.exporter import TFJSExporter
    from automl.preprocessing import usage
    from automl.preprocessing.base import part_from
    from automl.preprocessing.graft import graft
    from automl.registry import TASKS

    options = ReadOptions(**kind.options)
    data = dataset.load(kind.uri, options=options, test=0.2, validation=0.2, seed=0)
    run = folder / "run"
    data.save(run)
    keras.utils.set_random_seed(1)
    task = TASKS.get(kind.task)()
    inputs = keras.Input(data.summary.input.shape, dtype=data.summary.input.dtype, name="x")
    tensor = inputs
    if data.summary.input.kind == "tokens":
        tensor = keras.layers.Embedding(data.summary.input.vocabulary, 4)(tensor)
    if len(tensor.shape) > 2:
        tensor = keras.layers.Flatten()(tensor)
    tensor = keras.layers.Rescaling(0.05)(tensor)
    tensor = keras.layers.Dense(8, activation="tanh")(tensor)
    target = task.target(data.summary)
    activation = "softmax" if target.kind == "classification" else None
    outputs = keras.layers.Dense(target.units, activation=activation)(tensor)
    if kind.task == "anomaly":
        outputs = keras.layers.Reshape(data.summary.input.shape)(outputs)
    model = graft(
        keras.Model(inputs, outputs), part_from(data.summary.front), task.tail(data.summary)
    )
    (run / "models").mkdir()
    model.save(run / "models" / "small.keras")
    (folder / "float32").mkdir()
    file = TFJSExporter().export(model, FLOAT32, folder / "float32", data.splits["train"][0][:8])
    record = usage.usage(data.summary, kind.task, 0.5 if kind.task == "anomaly" else None)
    exported = Exported(file, record, "a small model", run=run, model_file="models/small.keras")
    return write_site(exported, folder / "web-demo", InProcessExecutor(run))


def _places(
    folder: Path, classes: tuple[str, str], count: int, suffix: str
) -> Iterator[tuple[int, Path]]:
    """Yields numbers and files to write, one class and the other in turn."""
    for number in range(count):
        place = folder / classes[number % 2] / f"{number}{suffix}"
        place.parent.mkdir(parents=True, exist_ok=True)
        yield number, place


def _csv(path: Path, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return str(path)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Returns a headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    if reason := problem():
        pytest.skip(reason)
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=find_chromium(), args=[*flags, "--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def serving() -> Any:
    """Returns a context manager that serves a folder and gives its address."""
    from automl.demo.server import address, serve

    @contextmanager
    def serving(folder: Path) -> Iterator[str]:
        server = serve(folder)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield address(server, "127.0.0.1")
        finally:
            server.shutdown()
            server.server_close()

    return serving


@pytest.fixture
def opened(browser: Any, site_of: Any, serving: Any) -> Iterator[Callable[..., Any]]:
    """Returns a function that opens the page of a kind; it fails on anything in the console."""
    from contextlib import ExitStack

    told: list[str] = []
    with ExitStack() as stack:

        def open_page(kind: str, at: str = "", before: str = "", **options: Any) -> Any:
            """Opens the page; `at` is where it is served already, `before` is run first."""
            address = at or stack.enter_context(serving(site_of(kind)))
            context = browser.new_context(**options)
            stack.callback(context.close)
            page = context.new_page()
            if before:
                page.add_init_script(before)
            page.on("console", lambda message: told.append(message.text))
            page.on("pageerror", lambda error: told.append(str(error)))
            page.on("requestfailed", lambda request: told.append(f"failed: {request.url}"))
            page.goto(address)
            page.wait_for_selector("body[data-ready], body[data-failed]")
            assert page.get_attribute("body", "data-failed") is None
            return page

        yield open_page
    assert not told
