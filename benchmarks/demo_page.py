"""How soon a run's demo page predicts, what it downloads and how near to Keras it is.

    python benchmarks/demo_page.py RUN... [--times 7]

RUN is a run that exported TF.js, e.g. of `automl search digits --trials 1`. Every
load is a fresh context of headless Chromium, without a cache, on this machine.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
from pathlib import Path
from typing import Any

from machine import write_result
from playwright.sync_api import sync_playwright

from automl.demo.server import address, serve
from automl.run import Run
from automl.verify.browser.finding import find_chromium

BYTES = """() => {
  const sums = {runtime: 0, rest: 0};
  for (const entry of performance.getEntriesByType('resource')) {
    sums[entry.name.includes('/runtime/') ? 'runtime' : 'rest'] += entry.encodedBodySize;
  }
  return sums;
}"""


def measured(browser: Any, folder: Path, times: int) -> dict[str, Any]:
    """Returns the figures of one run's page."""
    site = Run(folder).demo()
    server = serve(site)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    first, record = [], {}
    for _ in range(times):
        context = browser.new_context()
        page = context.new_page()
        page.goto(address(server, "127.0.0.1"))
        page.wait_for_selector("body[data-ready]")
        first.append(int(page.get_attribute("body", "data-ready") or 0))
        page.click("#check")
        page.wait_for_selector("#checked[data-largest]")
        record = {
            "bytes": page.evaluate(BYTES),
            "largest_difference": float(page.get_attribute("#checked", "data-largest") or "nan"),
        }
        context.close()
    server.shutdown()
    settings = json.loads((site / "demo.json").read_text(encoding="utf-8"))
    return {
        "run": folder.name,
        "task": settings["task"],
        "recipe": settings["model"]["recipe"],
        "samples": settings["samples"],
        "first_prediction_ms": sorted(first),
        "median_ms": statistics.median(first),
        **record,
    }


def main() -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--times", type=int, default=7)
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium())
        pages = [measured(browser, folder, options.times) for folder in options.runs]
        version = browser.version
        browser.close()
    for page in pages:
        print(
            f"{page['run']:12} {page['task']:15} first {page['median_ms']:5.0f} ms"
            f" ({page['first_prediction_ms'][0]}-{page['first_prediction_ms'][-1]}),"
            f" {page['bytes']['rest'] / 1e3:6.1f} kB,"
            f" runtime {page['bytes']['runtime'] / 1e6:.2f} MB,"
            f" {page['samples']} samples within {page['largest_difference']:.1e} of Keras"
        )
    write_result("demo_page", {"chromium": version, "pages": pages})


if __name__ == "__main__":
    main()
