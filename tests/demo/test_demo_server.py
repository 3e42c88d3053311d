"""What the server gives away, and what not."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from automl.demo.server import file_of, is_loopback, serve
from automl.errors import UserInputError


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    site = tmp_path / "site"
    (site / "model").mkdir(parents=True)
    (site / "index.html").write_text("<!doctype html>")
    (site / "main.mjs").write_text("1")
    (site / "model" / "weights.bin").write_bytes(b"\x00\x01")
    (site / "runtime.wasm").write_bytes(b"\x00asm")
    (site / ".hidden").write_text("hidden")
    (site / "way out").symlink_to(tmp_path)
    (site / "secret link.txt").symlink_to(tmp_path / "secret.txt")
    return site


@pytest.fixture
def port(site: Path) -> Iterator[int]:
    server = serve(site)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def ask(
    port: int, target: str, method: str = "GET", host: str = "localhost"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, target, skip_host=True)
    connection.putheader("Host", f"{host}:{port}")
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html?x=1", "text/html; charset=utf-8"),
        ("/main.mjs", "text/javascript; charset=utf-8"),
        ("/model/weights.bin", "application/octet-stream"),
        ("/runtime.wasm", "application/wasm"),
    ],
)
def test_files_of_the_site_are_served_as_what_they_are(port: int, target: str, kind: str) -> None:
    status, headers, content = ask(port, target)
    assert (status, headers["Content-Type"]) == (200, kind)
    assert len(content) == int(headers["Content-Length"]) > 0
    assert ask(port, target, "HEAD") == (200, headers | {"Date": headers["Date"]}, b"")


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.txt",
        "/model/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "/model/..%2f..%2fsecret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/secret%20link.txt",
        "/way%20out/secret.txt",
        "/.hidden",
        "/index.html%00",
        "/model",
        "/model/",
        "/nothing",
        "/%ff",
        "secret.txt",
        "http://127.0.0.1/../secret.txt",
    ],
)
def test_nothing_else_is(port: int, target: str) -> None:
    status, _, content = ask(port, target)
    assert status == 404
    assert b"secret" not in content
    assert b"root:" not in content


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_only_reading_is_answered(port: int, method: str) -> None:
    assert ask(port, "/", method)[0] == 501


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.1", ""])
def test_a_name_that_was_made_to_point_here_reads_nothing(port: int, host: str) -> None:
    status, _, content = ask(port, "/", host=host)
    assert status == 403
    assert b"doctype" not in content


@pytest.mark.parametrize("target", ["/", "/nothing"])
def test_headers_forbid_what_the_page_does_not_need(port: int, target: str) -> None:
    _, headers, _ = ask(port, target)
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Server"].strip() == "automl"


def test_the_page_says_the_same_policy_for_other_hosts() -> None:
    from importlib import resources

    from automl.demo.server import POLICY

    html = resources.files("automl.demo.page").joinpath("index.html").read_text(encoding="utf-8")
    for name, value in POLICY.items():
        assert f"{name} {value}" in html
    assert "<style" not in html
    assert " onclick" not in html


def test_a_port_that_is_taken_is_said_in_one_line(site: Path, port: int) -> None:
    with pytest.raises(UserInputError, match="Choose another --port"):
        serve(site, port=port)
    with pytest.raises(UserInputError, match="Choose another --port"):
        serve(site, host="256.1.1.1")


def test_loopback_is_told_from_the_rest() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "::1", "localhost", "127.8.0.1")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.5", "example.org", "")))


def test_a_file_outside_is_none_whatever_is_asked(site: Path) -> None:
    assert file_of(site.resolve(), "/main.mjs") == site.resolve() / "main.mjs"
    assert file_of(site.resolve(), "/" + "a" * 5000) is None
