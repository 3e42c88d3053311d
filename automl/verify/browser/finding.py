"""Where Chromium, or a browser made of it, is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

#: Environment variable that names the program.
SETTING = "AUTOML_CHROMIUM"
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "headless_shell",
    "microsoft-edge",
    "brave-browser",
)
_ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/snap/bin/chromium",
)


def find_chromium() -> str | None:
    """Returns the path of Chromium or a relative of it; None if there is none.

    What the environment variable `SETTING` names goes first, and is not
    replaced by another where it is wrong.
    """
    chosen = os.environ.get(SETTING)
    if chosen:
        return shutil.which(str(Path(chosen).expanduser()))
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return next((path for path in _ELSEWHERE if os.access(path, os.X_OK)), None)


def problem() -> str | None:
    """Returns why no browser can be used and what to do, or None."""
    if find_chromium() is not None:
        return None
    chosen = os.environ.get(SETTING)
    if chosen:
        return f"{SETTING} must name a program. Received: {chosen}."
    return (
        "Chromium is not on the PATH; install it (Debian: apt install chromium) or name it with"
        f" {SETTING}=/path/to/chrome."
    )
