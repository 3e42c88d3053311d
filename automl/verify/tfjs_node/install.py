"""Fetches TF.js from the npm registry, once per user, at the versions of the lockfile."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path

from automl.errors import MissingPartError

try:
    import fcntl
except ImportError:  # Windows: the rename at the end alone decides.
    fcntl = None  # type: ignore[assignment]

VERSION = "4.22.0"
MIN_NODE = 18
#: Megabytes that npm downloads, for the message.
DOWNLOAD_MB = 16
TIMEOUT_S = 600
NPM_FLAGS = (
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--fetch-retries=1",
    "--fetch-timeout=60000",
)
MANIFESTS = ("package.json", "package-lock.json")
NODE_HELP = "install Node.js 18 or newer from https://nodejs.org"

logger = logging.getLogger(__name__)
Say = Callable[[str], None]
_failures: dict[Path, str] = {}


def cache_root() -> Path:
    """Returns the folder for what is fetched: $AUTOML_CACHE, or automl/ in the user's cache."""
    chosen = os.environ.get("AUTOML_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "automl"


def install_folder() -> Path:
    """Returns where this lockfile's packages are, installed or not."""
    text = "".join(_manifest(name) for name in MANIFESTS)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return cache_root() / f"tfjs-{VERSION}-{digest}"


def is_installed() -> bool:
    """Tells whether the packages are there."""
    return (install_folder() / "node_modules").is_dir()


def problem() -> str | None:
    """Returns what stands in the way, without fetching anything, or None.

    Never raises.
    """
    try:
        return _node_problem() or (None if is_installed() else _npm_problem())
    except OSError as error:
        return f"TF.js cannot be installed: {error}"


def ensure(say: Say | None = None) -> Path:
    """Returns the folder of the packages, fetched on the first call.

    Safe to call from several processes at once. A failure is remembered for
    the life of the process, so that being offline costs one attempt.

    Args:
        say: Called with one line before a download starts; by default the
            line is logged.

    Raises:
        MissingPartError: If Node.js or npm is missing, or npm fails.
    """
    folder = install_folder()
    reason = _node_problem() or _failures.get(folder)
    if reason is None and not is_installed():
        reason = _npm_problem()
        if reason is None:
            (say or logger.info)(
                f"Fetching the TF.js runtime for verification, once ({DOWNLOAD_MB} MB)"
            )
            reason = _install_locked(folder)
    if reason is not None:
        raise MissingPartError(reason)
    return folder


def node() -> str:
    """Returns the path of Node.js.

    Raises:
        MissingPartError: If it is missing or too old.
    """
    reason = _node_problem()
    if reason is not None:
        raise MissingPartError(reason)
    return str(shutil.which("node"))


def _manifest(name: str) -> str:
    return files("automl.verify.tfjs_node").joinpath(name).read_text(encoding="utf-8")


def _node_problem() -> str | None:
    path = shutil.which("node")
    if path is None:
        return f"TF.js runs on Node.js, which is not on the PATH: {NODE_HELP}."
    major = _node_major(path)
    if major is None:
        return f"{path} does not start: {NODE_HELP}."
    if major < MIN_NODE:
        return (
            f"TF.js needs Node.js {MIN_NODE} or newer and {path} is version {major}: {NODE_HELP}."
        )
    return None


@cache
def _node_major(path: str) -> int | None:
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=60, check=True
        )
        return int(done.stdout.strip().removeprefix("v").partition(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _npm_problem() -> str | None:
    if shutil.which("npm") is None:
        return f"npm, which fetches TF.js, is not on the PATH: {NODE_HELP}."
    return None


def _install_locked(folder: Path) -> str | None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _lock(folder.with_suffix(".lock")):
            if is_installed():  # by another process, while this one waited
                return None
            reason = _install(folder)
    except OSError as error:
        reason = f"TF.js cannot be installed in {folder.parent}: {error.strerror or error}."
    if reason is not None:
        _failures[folder] = reason
    return reason


def _install(folder: Path) -> str | None:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".tfjs-") as name:
        fresh = Path(name) / "install"
        fresh.mkdir()
        for manifest in MANIFESTS:
            (fresh / manifest).write_text(_manifest(manifest), encoding="utf-8")
        reason = _npm_ci(fresh)
        if reason is not None:
            return reason
        _drop_unused(fresh / "node_modules")
        if folder.exists():  # half an install, from before renames were atomic
            shutil.rmtree(folder)
        os.replace(fresh, folder)
    return None


def _npm_ci(folder: Path) -> str | None:
    command = [str(shutil.which("npm")), "ci", *NPM_FLAGS]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"npm did not fetch TF.js within {TIMEOUT_S} s: check the network and try again."
    if done.returncode == 0:
        return None
    detail = _npm_error(done.stderr)
    return f"npm could not fetch TF.js ({detail}): check the network or the npm registry setting."


def _npm_error(text: str) -> str:
    lines = [line.strip() for line in text.splitlines()]
    errors = [line.split(maxsplit=2)[-1] for line in lines if line.lower().startswith("npm err")]
    told = [
        line for line in errors if not line.startswith(("code ", "errno ", "syscall ", "A com"))
    ]
    return (told or errors or lines or ["no message"])[0][:200]


def _drop_unused(modules: Path) -> None:
    """Removes source maps and type declarations: three quarters of the bytes."""
    for pattern in ("*.map", "*.d.ts"):
        for path in modules.rglob(pattern):
            path.unlink()


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def installed_versions() -> dict[str, str]:
    """Returns the versions of the TF.js packages in the lockfile, by name."""
    packages = json.loads(_manifest("package-lock.json"))["packages"]
    prefix = "node_modules/@tensorflow/"
    return {
        key.removeprefix(prefix): str(entry["version"])
        for key, entry in packages.items()
        if key.startswith(prefix)
    }
