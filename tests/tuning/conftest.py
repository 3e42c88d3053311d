"""A clock that tests move on."""

from __future__ import annotations

import time

import pytest


@pytest.fixture
def clock(monkeypatch):
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now
