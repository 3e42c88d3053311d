"""The sample for browsers, in a real one, with TF.js from this machine instead of a network."""

from __future__ import annotations

import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from automl.errors import MissingPartError
from automl.predicting import Predictor
from automl.verify.tfjs_node.install import ensure

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
#: Does what a person does: gives the control a value and presses the button.
HAND = """
<script type="module">
  const out = document.getElementById("answer"), control = document.getElementById("input");
  const until = async (done) => { while (!done()) await new Promise((go) => setTimeout(go, 20)); };
  await until(() => out.textContent === "Ready");
  const given = GIVEN;
  if (control.type === "file") {
    const bytes = await fetch(given).then((reply) => reply.blob());
    const chosen = new DataTransfer();
    chosen.items.add(new File([bytes], given));
    control.files = chosen.files;
  } else {
    control.value = given;
  }
  document.getElementById("ask").click();
  await until(() => out.textContent !== "Ready");
</script>
"""


class Server(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and TF.js below /npm/."""

    modules: Path

    def translate_path(self, path: str) -> str:
        if path.startswith("/npm/"):
            return str(self.modules / path.removeprefix("/npm/"))
        return super().translate_path(path)

    def log_message(self, *words: Any) -> None:
        pass


@pytest.fixture
def served(stranger: Callable[[str], Path]) -> Iterator[tuple[Path, str]]:
    try:
        Server.modules = ensure() / "node_modules"
    except MissingPartError as error:
        pytest.skip(str(error))
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    folder = stranger("tfjs")
    handler = functools.partial(Server, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def given_to(exported: Any, folder: Path) -> str:
    """Returns what is typed or chosen on the page."""
    argument = exported.arguments["mjs"]
    if Path(argument).suffix in (".png", ".wav"):
        shutil.copy(argument, folder)
        return Path(argument).name
    if Path(argument).suffix == ".json":
        return Path(argument).read_text()
    # The page takes one row.
    return json.dumps(json.loads(argument)[0]) if argument.startswith("[") else argument


@pytest.mark.parametrize("exported", ["image", "text", "table", "forecast"], indirect=True)
def test_a_page_answers_as_predict_does(exported: Any, served: tuple[Path, str]) -> None:
    folder, address = served
    page = (folder / "predict.html").read_text(encoding="utf-8")
    page = page.replace("https://cdn.jsdelivr.net/npm/", "/npm/").replace("@4.22.0", "")
    hand = HAND.replace("GIVEN", json.dumps(given_to(exported, folder)))
    (folder / "here.html").write_text(page + hand, encoding="utf-8")
    done = subprocess.run(
        [
            *(str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            *("--virtual-time-budget=60000", f"--user-data-dir={folder / 'profile'}"),
            f"{address}/here.html?model=float32/model.json",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found = re.search(r'<output id="answer">(.*?) \([0-9.]+ ms\)</output>', done.stdout)
    assert found, re.findall(r"<output.*", done.stdout) + done.stderr.splitlines()[-3:]
    predictor = Predictor(exported.files["tflite"])
    expected = next(iter(predictor.predict([exported.arguments["automl"]]))).answer.text
    numbers = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?")
    told = unescape(found[1])
    assert numbers.sub("#", told) == numbers.sub("#", expected)
    pairs = [[float(number) for number in numbers.findall(text)] for text in (told, expected)]
    assert pairs[0] == pytest.approx(pairs[1], rel=2e-4, abs=2e-4)
