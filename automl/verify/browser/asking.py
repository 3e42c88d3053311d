"""Opens one page in a headless Chromium of its own and waits for what it sends back."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from automl.errors import MissingPartError, VerificationError
from automl.verify.browser.finding import find_chromium, problem

FLAGS = (
    "--headless=new",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--mute-audio",
)
#: WebGL drawn by the processor: the same on every machine, and there where no GPU is.
SOFTWARE_GL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".wasm": "application/wasm",
}
#: Seconds between two looks at whether the browser still lives.
_LOOK = 0.2


@dataclass
class Answer:
    """What a page sent.

    Attributes:
        record: Its last words: a result, or ``{"error": ...}``.
        parts: Name -> bytes that it sent before.
    """

    record: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, bytes] = field(default_factory=dict)


def ask_page(
    files: Mapping[str, Path | bytes],
    *,
    flags: Sequence[str] = (),
    timeout_s: float,
) -> Answer:
    """Opens ``index.html`` of some files and returns what it sends back.

    The page sends parts by POST to ``sent/NAME`` and ends with a JSON record to
    ``done``. It is served under a secret path of this machine; a folder among
    the files stands for everything below it.

    Args:
        files: Place -> file, folder or content.
        flags: More flags of the browser.
        timeout_s: Seconds after which the page has failed.

    Raises:
        MissingPartError: If there is no browser.
        VerificationError: If the page fails, the browser ends or time is up.
    """
    program = find_chromium()
    if program is None:
        raise MissingPartError(problem() or "Chromium is missing.")
    secret = secrets.token_urlsafe(16)
    answer, done = Answer(), threading.Event()
    server = _server(files, secret, answer, done)
    try:
        with tempfile.TemporaryDirectory(prefix="automl-browser-", ignore_cleanup_errors=True) as p:
            url = f"http://127.0.0.1:{server.server_address[1]}/{secret}/index.html"
            _browse(
                program, [*FLAGS, *flags, *_sandbox(), f"--user-data-dir={p}"], url, done, timeout_s
            )
    finally:
        server.shutdown()
        server.server_close()
    if "error" in answer.record:
        raise VerificationError(" ".join(str(answer.record["error"]).split()))
    return answer


def _sandbox() -> tuple[str, ...]:
    """Chromium's own sandbox does not start for root, as in containers."""
    geteuid = getattr(os, "geteuid", None)
    return ("--no-sandbox",) if geteuid is not None and geteuid() == 0 else ()


def _browse(
    program: str, flags: Sequence[str], url: str, done: threading.Event, timeout_s: float
) -> None:
    """Keeps a browser at a page until it is done."""
    browser = subprocess.Popen(
        [program, *flags, url],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    waited = 0.0
    try:
        while not done.wait(_LOOK):
            waited += _LOOK
            if waited >= timeout_s:
                raise VerificationError(f"the page did not finish within {timeout_s:g} s")
            if browser.poll() is not None and not done.is_set():
                raise VerificationError(
                    f"{Path(program).name} ended with code {browser.returncode} before the page did"
                )
    finally:
        _end(browser)


def _end(browser: subprocess.Popen[bytes]) -> None:
    """Ends a browser with all its helpers."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            browser.kill()
        else:
            os.killpg(browser.pid, signal.SIGKILL)
    browser.wait()


def _server(
    files: Mapping[str, Path | bytes], secret: str, answer: Answer, done: threading.Event
) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            place = self._place()
            content = None if place is None else _content(files, place)
            kind = _TYPES.get(Path(place or "").suffix, "application/octet-stream")
            self._send(404 if content is None else 200, content or b"", kind)

        def do_POST(self) -> None:
            place = self._place()
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if place == "done":
                answer.record = json.loads(content)
            elif place is not None and place.startswith("sent/"):
                answer.parts[place.removeprefix("sent/")] = content
            self._send(404 if place is None else 204, b"", "text/plain")
            if place == "done":
                done.set()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

        def _place(self) -> str | None:
            path = unquote(urlsplit(self.path).path)
            known = f"/{secret}/"
            return path.removeprefix(known) if path.startswith(known) else None

        def _send(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            # A page of its own, so that clocks are fine and threads allowed.
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            self.end_headers()
            self.wfile.write(content)

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Says nothing of a browser that was ended."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


def _content(files: Mapping[str, Path | bytes], place: str) -> bytes | None:
    """Returns what stands at a place."""
    found = files.get(place)
    if isinstance(found, bytes):
        return found
    file = found
    if file is None:
        for name, folder in files.items():
            if isinstance(folder, Path) and place.startswith(f"{name}/"):
                inside = (folder / place.removeprefix(f"{name}/")).resolve()
                file = inside if inside.is_relative_to(folder.resolve()) else None
    try:
        return file.read_bytes() if file is not None else None
    except OSError:
        return None
