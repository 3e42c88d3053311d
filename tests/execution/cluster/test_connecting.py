"""Ways into a cluster that lead nowhere: one line each, within seconds."""

from __future__ import annotations

import socket
import sys
import time

import pytest

from automl.config_parsing import make_config
from automl.errors import MissingPartError, UserInputError
from automl.execution.cluster import connecting
from automl.execution.cluster.connecting import check_ray, connect


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_address_where_nothing_answers(scheme):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # It does not listen.
        address = f"{scheme}127.0.0.1:{taken.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(UserInputError, match=rf"{address}, where nothing answers \(.*refused"):
            connect(address, 1)
    assert time.monotonic() - began < 10


def test_an_address_where_something_else_answers(monkeypatch):
    pytest.importorskip("ray")
    monkeypatch.setattr(connecting, "ENTRY", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(UserInputError, match=r"did not let us in within 2 s.*ray://HOST:10001"):
            connect(address, 1)


def test_ray_that_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setattr(connecting, "find_spec", lambda name: None)
    with pytest.raises(MissingPartError, match=r"pip install 'automl\[ray\]'"):
        check_ray()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ray": "somewhere"}, r"--ray is local .*Received: 'somewhere'"),
        ({"ray": "host:99999"}, r"--ray is local .*Received: 'host:99999'"),
        ({"storage": "s3://b"}, r"--storage is for .*without --ray"),
        ({"ray_resources": "cpu=1"}, r"--ray-resources is for .*without --ray"),
        ({"ray": "auto", "ray_resources": "cpu"}, r"--ray-resources says.*Received: 'cpu'"),
        ({"ray": "auto", "workers": 0}, r"--ray trains on other machines.*--workers 0"),
    ],
)
def test_options_that_cannot_be_meant(options, message):
    with pytest.raises(UserInputError, match=message):
        make_config("digits", options)


def test_where_a_search_runs_makes_no_other_search_of_it():
    here = make_config("digits", {})
    there = make_config("digits", {"ray": "[::1]:6379", "storage": "file:///x"})
    assert here.differences(there) == []
