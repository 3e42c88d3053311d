"""One writer a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from automl.errors import RunLockedError
from automl.records.lock import locked

HOLDER = """
import sys, time
from pathlib import Path
from automl.records.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_process_is_refused_and_told_who_holds_it(tmp_path, holder):
    with pytest.raises(RunLockedError, match=f"in use by process {holder.pid};"), locked(tmp_path):
        pass


def test_a_killed_process_holds_nothing(tmp_path, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with locked(tmp_path):
        assert (tmp_path / "run.lock").read_text() == str(os.getpid())


def test_it_is_released_at_the_end_also_of_a_failure(tmp_path):
    with pytest.raises(KeyError), locked(tmp_path / "new"):
        raise KeyError
    with locked(tmp_path / "new"):
        pass


def test_two_runs_do_not_mind_each_other(tmp_path):
    with locked(tmp_path / "a"), locked(tmp_path / "b"):
        pass
