"""Finds a set of the catalogue on disk, or fetches it."""

from __future__ import annotations

import logging
import os
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from automl.data.options import ReadOptions
from automl.data.tfds.uri import TfdsName
from automl.errors import MissingPartError, UserInputError
from search_spaces.registry import nearest

#: Loggers that tell of every attempt to reach a server.
_LOUD = ("absl", "urllib3.connectionpool", "google.auth")
PROXIES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")

#: How messages of constructors begin, with what was already said.
_PREFIX = re.compile(r"^Failed to construct dataset .*?builder_kwargs .*?\}\"?: ")


def open_builder(name: TfdsName, options: ReadOptions) -> Any:
    """Returns the prepared builder of a set; what is not on disk is downloaded.

    Raises:
        UserInputError: If there is no such set, or it cannot be fetched; in one line.
        MissingPartError: If `tensorflow_datasets` is not installed.
    """
    with calm():
        builder = _find(name, options)
        if not _is_prepared(builder):
            options.report(0, 0, f"downloads of {name.name}")
            _prepare(builder, name)
    return builder


def _find(name: TfdsName, options: ReadOptions) -> Any:
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise MissingPartError(
            f"tfds: needs tensorflow-datasets ({error})."
            " Install it: pip install tensorflow-datasets"
        ) from error
    place = {"data_dir": str(Path(options.data_dir).expanduser())} if options.data_dir else {}
    try:
        return tfds.builder(name.full, **place)
    except tfds.core.DatasetNotFoundError as error:
        known = tfds.list_builders(with_community_datasets=False)
        raise UserInputError(
            f"Unknown data set {name.full!r}.{nearest(name.name, known)}"
            " See them with: automl datasets"
        ) from error
    except Exception as error:  # Which ones is not said: of versions, configurations, modules.
        raise UserInputError(
            f"The data set {name.full!r} cannot be opened: {_reason(error)}{_configs(name)}"
        ) from error


def _configs(name: TfdsName) -> str:
    """Returns the configurations that a set has, if the user may have missed one."""
    import tensorflow_datasets as tfds

    base, _, config = name.name.partition("/")
    try:
        known = list(tfds.builder_cls(base).builder_configs)
    except Exception:  # A set without code, or whose code needs what is not installed.
        return ""
    if not config or not known or config in known:
        return ""
    shown = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
    return f"{nearest(config, known)} Its configurations: {shown}."


def _is_prepared(builder: Any) -> bool:
    prepared: bool = builder.is_prepared() if hasattr(builder, "is_prepared") else True
    return prepared


def _prepare(builder: Any, name: TfdsName) -> None:
    import tensorflow_datasets as tfds

    hosts = {urlparse(url).hostname for url in (builder.url_infos or {})}
    _check_reachable({host for host in hosts if host}, name)
    if sys.stderr.isatty():
        tfds.enable_progress_bar()
    else:
        tfds.disable_progress_bar()
    try:
        builder.download_and_prepare()
    except KeyboardInterrupt:
        raise
    except Exception as error:  # The code of each set raises what it likes.
        manual = builder.MANUAL_DOWNLOAD_INSTRUCTIONS
        if manual and isinstance(error, AssertionError):
            place = Path(str(builder.data_dir).partition(f"/{name.name}")[0], "downloads", "manual")
            raise UserInputError(
                f"{name.full} must be downloaded by hand into {place}:"
                f" {' '.join(str(manual).split())}"
            ) from error
        raise UserInputError(
            f"{name.full} could not be downloaded or prepared: {_reason(error)}"
        ) from error


def _check_reachable(hosts: set[str], name: TfdsName) -> None:
    """Answers at once where there is no network; the downloads themselves try for minutes."""
    if not hosts or any(os.environ.get(each) for each in PROXIES):
        return
    for host in sorted(hosts):
        try:
            socket.getaddrinfo(host, 443)
        except OSError as error:
            raise UserInputError(
                f"{name.full} could not be downloaded: {host} cannot be found ({error.strerror})."
                " Check the network, or name the folder that holds the set with --data-dir."
            ) from error


@contextmanager
def calm() -> Iterator[None]:
    """Keeps warnings of every attempt back, and standard output for results."""
    levels = {name: logging.getLogger(name).level for name in _LOUD}
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _reason(error: Exception) -> str:
    """Returns the first lines of a message as one short line."""
    text = " ".join(str(error).split()) or type(error).__name__
    text = _PREFIX.sub("", text).partition(" Here are ")[0]
    return f"{text[:300]}..." if len(text) > 300 else f"{text.rstrip('.')}."
