"""Packages of the npm registry, fetched once per user at the versions of a committed lockfile."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from automl.errors import MissingPartError
from automl.programs import run_program

try:
    import fcntl
except ImportError:  # Windows: the rename at the end alone decides.
    fcntl = None  # type: ignore[assignment]

MIN_NODE = 18
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

Say = Callable[[str], None]
#: Folder of packages -> why they could not be fetched: being offline costs one attempt.
failures: dict[Path, str] = {}


def cache_root() -> Path:
    """Returns the folder for what is fetched: $AUTOML_CACHE, or automl/ in the user's cache."""
    chosen = os.environ.get("AUTOML_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "automl"


def node() -> str:
    """Returns the path of Node.js.

    Raises:
        MissingPartError: If it is missing or too old.
    """
    reason = node_problem("TF.js")
    if reason is not None:
        raise MissingPartError(reason)
    return str(shutil.which("node"))


def node_problem(title: str) -> str | None:
    """Returns why Node.js cannot run something, or None.

    Args:
        title: What needs it.
    """
    path = shutil.which("node")
    if path is None:
        return f"{title} runs on Node.js, which is not on the PATH: {NODE_HELP}."
    major = _node_major(path)
    if major is None:
        return f"{path} does not start: {NODE_HELP}."
    if major < MIN_NODE:
        return (
            f"{title} needs Node.js {MIN_NODE} or newer and {path} is version {major}: {NODE_HELP}."
        )
    return None


@dataclass(frozen=True)
class NpmPackages:
    """What one lockfile names.

    Attributes:
        module: Python package that holds ``package.json`` and ``package-lock.json``.
        title: What to call them, e.g. ``TF.js``.
        prefix: Beginning of the folder's name.
        megabytes: What npm downloads, for the message.
    """

    module: str
    title: str
    prefix: str
    megabytes: int

    @property
    def folder(self) -> Path:
        """Where this lockfile's packages are, installed or not."""
        text = "".join(self.manifest(name) for name in MANIFESTS)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return cache_root() / f"{self.prefix}-{digest}"

    @property
    def installed(self) -> bool:
        """Whether the packages are there."""
        return (self.folder / "node_modules").is_dir()

    def manifest(self, name: str) -> str:
        """Returns the text of one of `MANIFESTS`."""
        return files(self.module).joinpath(name).read_text(encoding="utf-8")

    def problem(self) -> str | None:
        """Returns what stands in the way, without fetching anything, or None.

        Never raises.
        """
        try:
            return failures.get(self.folder) or (None if self.installed else self._npm_problem())
        except OSError as error:
            return f"{self.title} cannot be installed: {error}"

    def ensure(self, say: Say) -> Path:
        """Returns the folder of the packages, fetched on the first call.

        Safe to call from several processes at once.

        Args:
            say: Called with one line before a download starts.

        Raises:
            MissingPartError: If npm is missing or fails.
        """
        folder = self.folder
        reason = failures.get(folder)
        if reason is None and not self.installed:
            reason = self._npm_problem()
            if reason is None:
                say(
                    f"Fetching the {self.title} runtime for verification, once"
                    f" ({self.megabytes} MB)"
                )
                reason = self._install_locked(folder)
        if reason is not None:
            raise MissingPartError(reason)
        return folder

    def _npm_problem(self) -> str | None:
        if shutil.which("npm") is None:
            return f"npm, which fetches {self.title}, is not on the PATH: {NODE_HELP}."
        return None

    def _install_locked(self, folder: Path) -> str | None:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with _lock(folder.with_suffix(".lock")):
                if self.installed:  # by another process, while this one waited
                    return None
                reason = self._install(folder)
        except OSError as error:
            reason = (
                f"{self.title} cannot be installed in {folder.parent}: {error.strerror or error}."
            )
        if reason is not None:
            failures[folder] = reason
        return reason

    def _install(self, folder: Path) -> str | None:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{self.prefix}-") as name:
            fresh = Path(name) / "install"
            fresh.mkdir()
            for manifest in MANIFESTS:
                (fresh / manifest).write_text(self.manifest(manifest), encoding="utf-8")
            reason = self._npm_ci(fresh)
            if reason is not None:
                return reason
            _drop_unused(fresh / "node_modules")
            if folder.exists():  # half an install, from before renames were atomic
                shutil.rmtree(folder)
            os.replace(fresh, folder)
        return None

    def _npm_ci(self, folder: Path) -> str | None:
        command = [str(shutil.which("npm")), "ci", *NPM_FLAGS]
        try:
            done = run_program(command, seconds=TIMEOUT_S, folder=folder)
        except subprocess.TimeoutExpired:
            return (
                f"npm did not fetch {self.title} within {TIMEOUT_S} s: check the network and try"
                " again."
            )
        if done.returncode == 0:
            return None
        return (
            f"npm could not fetch {self.title} ({_npm_error(done.stderr)}): check the network or"
            " the npm registry setting."
        )


@cache
def _node_major(path: str) -> int | None:
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=60, check=True
        )
        return int(done.stdout.strip().removeprefix("v").partition(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


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
