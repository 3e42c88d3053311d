"""Fetches TF.js from the npm registry, once per user, at the versions of the lockfile."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from automl.errors import MissingPartError
from automl.verify.npm import NpmPackages, Say, cache_root, node, node_problem

__all__ = [
    "PACKAGES",
    "VERSION",
    "cache_root",
    "ensure",
    "install_folder",
    "installed_versions",
    "is_installed",
    "node",
    "problem",
]

VERSION = "4.22.0"
PACKAGES = NpmPackages("automl.verify.tfjs_node", "TF.js", f"tfjs-{VERSION}", megabytes=20)

logger = logging.getLogger(__name__)


def install_folder() -> Path:
    """Returns where this lockfile's packages are, installed or not."""
    return PACKAGES.folder


def is_installed() -> bool:
    """Tells whether the packages are there."""
    return PACKAGES.installed


def problem() -> str | None:
    """Returns what stands in the way, without fetching anything, or None.

    Never raises.
    """
    try:
        return node_problem(PACKAGES.title) or PACKAGES.problem()
    except OSError as error:
        return f"TF.js cannot be installed: {error}"


def ensure(say: Say | None = None) -> Path:
    """Returns the folder of the packages, fetched on the first call.

    Args:
        say: Called with one line before a download starts; by default the
            line is logged.

    Raises:
        MissingPartError: If Node.js or npm is missing, or npm fails.
    """
    reason = node_problem(PACKAGES.title)
    if reason is not None:
        raise MissingPartError(reason)
    return PACKAGES.ensure(say or logger.info)


def installed_versions() -> dict[str, str]:
    """Returns the versions of the TF.js packages in the lockfile, by name."""
    packages = json.loads(PACKAGES.manifest("package-lock.json"))["packages"]
    prefix = "node_modules/@tensorflow/"
    return {
        key.removeprefix(prefix): str(entry["version"])
        for key, entry in packages.items()
        if key.startswith(prefix) and key.count("node_modules/") == 1
    }
