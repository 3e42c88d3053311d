"""Serves one static folder, and nothing else, to this machine."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from automl.errors import UserInputError

#: What a page may do; the page itself says the same in a tag, for other hosts.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(
        f"{name} {value}" for name, value in (POLICY | {"frame-ancestors": "'none'"}).items()
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cache-Control": "no-cache",
}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wav": "audio/wav",
    ".wasm": "application/wasm",
}
INDEX = "index.html"
_LOCAL = ("localhost", "127.0.0.1", "::1")


def serve(folder: Path, host: str = "127.0.0.1", port: int = 0) -> ThreadingHTTPServer:
    """Returns a server of a folder, bound and not yet serving.

    Args:
        folder: What is served: the files below it, none whose name begins with a
            dot, none outside by ``..`` or by a link.
        host: Name or address to listen on.
        port: Port, 0 for any free one.

    Raises:
        UserInputError: If the port cannot be had.
    """
    handler = partial(_Handler, root=folder.resolve(), local=is_loopback(host))
    try:
        return _Server((host, port), handler)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserInputError(
            f"Nothing can listen on {host}, port {port} ({reason}). Choose another --port."
        ) from error


def is_loopback(host: str) -> bool:
    """Returns whether only this machine reaches a host name or address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address(server: ThreadingHTTPServer, host: str) -> str:
    """Returns the address of a server, as a browser takes it."""
    port = server.server_address[1]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, at: tuple[str, int], handler: Any) -> None:
        import socket

        if ":" in at[0]:
            self.address_family = socket.AF_INET6
        super().__init__(at, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of browsers that hang up."""


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD for files below `root`."""

    server_version, sys_version = "automl", ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def __init__(self, *args: Any, root: Path, local: bool) -> None:
        self._root, self._local = root, local
        super().__init__(*args)

    def do_GET(self) -> None:
        """Sends a file."""
        self._answer(with_content=True)

    def do_HEAD(self) -> None:
        """Sends a file's headers."""
        self._answer(with_content=False)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Says nothing."""

    def _answer(self, *, with_content: bool) -> None:
        if self._local and not self._is_asked_by_name():
            # A page elsewhere whose name was made to point here must read nothing.
            self._send(HTTPStatus.FORBIDDEN, b"Unknown host.\n", ".txt", with_content)
            return
        file = file_of(self._root, self.path)
        try:
            content = None if file is None else file.read_bytes()
        except OSError:
            content = None
        if file is None or content is None:
            self._send(HTTPStatus.NOT_FOUND, b"Not found.\n", ".txt", with_content)
        else:
            self._send(HTTPStatus.OK, content, file.suffix, with_content)

    def _is_asked_by_name(self) -> bool:
        asked = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        return asked in _LOCAL or (asked is not None and is_loopback(asked))

    def _send(self, status: HTTPStatus, content: bytes, suffix: str, with_content: bool) -> None:
        self.send_response(status)
        headers: Mapping[str, str] = HEADERS | {
            "Content-Type": TYPES.get(suffix, "application/octet-stream"),
            "Content-Length": str(len(content)),
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if with_content:
            self.wfile.write(content)


def file_of(root: Path, target: str) -> Path | None:
    """Returns the file that a request is for; None if it may have none.

    Args:
        root: The folder that is served, resolved.
        target: The path and query of a request, as it came.
    """
    path = unquote(urlsplit(target).path, errors="replace")
    if "\0" in path or "\\" in path or not path.startswith("/"):
        return None
    parts = [part for part in path.split("/") if part]
    if any(part.startswith(".") for part in parts):
        return None
    file = root.joinpath(*parts)
    if path.endswith("/"):
        file = file / INDEX
    try:
        real = file.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None
    if not real.is_relative_to(root) or not real.is_file() or not os.access(real, os.R_OK):
        return None
    return real
