"""Ctrl-C once and twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

#: Takes a minute to clean up after the first interruption.
SLOW = """
import sys, time
from automl.tuning.observer import Observer
from automl_cli.interrupts import interruptible

class Told(Observer):
    def note(self, text):
        print(text, flush=True)

with interruptible(Told()):
    try:
        print("at work", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        time.sleep(float(sys.argv[1]))
        print("in order", flush=True)
        sys.exit(130)
"""


def start(seconds):
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "at work\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_once_says_so_and_ends_in_order(number):
    process = start(0)
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert out.splitlines() == [
        "Stopping; what is finished is kept. Once more to stop at once.",
        "in order",
    ]
    assert process.returncode == 130
    assert "Traceback" not in err


def test_twice_ends_at_once():
    process, began = start(60), time.monotonic()
    process.send_signal(signal.SIGINT)
    assert "Stopping" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert time.monotonic() - began < 10
    assert (process.returncode, out) == (130, "")
    assert err.strip() == "automl: Stopped at once."
