"""How long reading folders of pictures takes, decoding them and from the cache.

    python benchmarks/read_images.py [FOLDER...] [--repeats 3]

Without FOLDER, pictures are made: 12,000 PNGs of 28x28 in ten class folders, and 48
JPEGs of 3000x4000 in two. Every reading happens in a process of its own; imports
are not counted, listing the folder is. The first reading has an empty cache. The
processor's time (``cpu_s``, over all threads) tells more on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from machine import write_result
from PIL import Image

READ = """
import json, resource, sys, time
import numpy, PIL.Image
import automl.data.images.reading
from automl.data.files.folders import FolderSource
from automl.data.options import ReadOptions

before, busy = time.perf_counter(), time.process_time()
raw = FolderSource().load(sys.argv[1], ReadOptions())
seconds, busy = time.perf_counter() - before, time.process_time() - busy
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = len(raw.x) + sum(len(given[1]) for given in (raw.validation, raw.test) if given)
shape = [count, *raw.x.shape[1:]]
print(json.dumps({"seconds": seconds, "cpu_s": busy, "shape": shape, "peak_kb": peak}))
"""


def make_small(folder: Path) -> None:
    """Writes 12,000 PNGs of 28x28, a tenth in each of ten folders."""
    random = np.random.default_rng(0)
    for number in range(12_000):
        file = folder / str(number % 10) / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.zeros((28, 28), np.uint8)
        pixels[4:24, 8:20] = random.integers(0, 256, (20, 12))
        Image.fromarray(pixels).save(file)


def make_photographs(folder: Path) -> None:
    """Writes 48 JPEGs of 12 million smooth pixels, half in each of two folders."""
    random = np.random.default_rng(0)
    for number in range(48):
        file = folder / "ab"[number % 2] / f"{number}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        rough = Image.fromarray(random.integers(0, 256, (300, 400, 3), np.uint8))
        rough.resize((4000, 3000), Image.Resampling.BICUBIC).save(file, quality=90)


def measure(folder: Path, repeats: int) -> dict[str, Any]:
    """Reads a folder with an empty cache and again with what that left, `repeats` times."""
    first, again = [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as cache:
            first.append(read(folder, cache))
            again.append(read(folder, cache))
    return {
        "shape": first[0]["shape"],
        "first_s": [round(each["seconds"], 3) for each in first],
        "cached_s": [round(each["seconds"], 3) for each in again],
        "first_cpu_s": [round(each["cpu_s"], 3) for each in first],
        "cached_cpu_s": [round(each["cpu_s"], 3) for each in again],
        "first_peak_mb": round(max(each["peak_kb"] for each in first) / 1024),
        "load_average": round(os.getloadavg()[0], 1),
    }


def read(folder: Path, cache: str) -> dict[str, Any]:
    """Reads a folder in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(folder)],
        env=os.environ | {"AUTOML_CACHE": cache},
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def main() -> None:
    """Measures and writes the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folders = {folder.name: folder for folder in arguments.folders}
        if not folders:
            makers = {"12,000 PNGs of 28x28": make_small, "48 JPEGs of 3000x4000": make_photographs}
            for title, make in makers.items():
                folders[title] = Path(name) / make.__name__
                make(folders[title])
        found = {title: measure(folder, arguments.repeats) for title, folder in folders.items()}
    for title, each in found.items():
        print(
            f"{title}: {statistics.median(each['first_s']):.2f} s, from the cache"
            f" {statistics.median(each['cached_s']):.2f} s, {each['first_peak_mb']} MB at most"
        )
    print(write_result("read_images", {"folders": found}))


if __name__ == "__main__":
    main()
