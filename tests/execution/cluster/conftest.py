"""Two nodes of a Ray cluster on this machine, and workers that import no backend."""

from __future__ import annotations

import importlib
import json
import os
import sys
import textwrap
from pathlib import Path

import pytest

#: The worker, without the seconds that a backend takes to import.
LIGHT = """
import sys
from automl.execution import worker
worker.start_backend = lambda run: None
worker.main(*sys.argv[1:])
"""
JOBS = {
    "copying": """
        def run(args, context):
            context.emit({"epoch": 0, "metrics": {"loss": float("nan")}})
            for source, target in args["copies"].items():
                path = context.run / target
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes((context.run / source).read_bytes())
            return {"data": (context.run / "data/x_train.npy").read_text()}
        """,
    "started": """
        from pathlib import Path
        def run(args, context):
            return {"weights": Path(args["start_from"]).read_text(), "ends": args["deadline"]}
        """,
    "asleep": """
        import os, time
        def run(args, context):
            context.emit({"pid": os.getpid()})
            time.sleep(600)
        """,
    "aborts": "import os\ndef run(args, context): os.abort()",
    "no_space": """
        import errno
        def run(args, context):
            raise OSError(errno.ENOSPC, "No space left on device", "models/x.keras")
        """,
}  # fmt: skip


@pytest.fixture(scope="package")
def on_path(tmp_path_factory):
    """Puts the jobs and the made-up search where drivers and workers look for modules."""
    folder = tmp_path_factory.mktemp("jobs")
    (folder / "light_worker.py").write_text(LIGHT)
    for name, source in JOBS.items():
        (folder / f"job_{name}.py").write_text(textwrap.dedent(source))
    paths = [str(folder), str(Path(__file__).parents[3] / "benchmarks")]
    sys.path.extend(paths)
    yield paths
    for path in paths:
        sys.path.remove(path)


@pytest.fixture(scope="package")
def made_up_search(on_path):
    return importlib.import_module("made_up_search")


@pytest.fixture(scope="package")
def nodes(on_path):
    """Returns a cluster of one node with one CPU; tests add others."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    cluster = Cluster(
        initialize_head=True,
        head_node_args={
            **{"num_cpus": 1, "object_store_memory": 80_000_000, "include_dashboard": False},
            "resources": {"first": 1},
        },
    )
    yield cluster
    cluster.shutdown()


@pytest.fixture(scope="package")
def add_node(nodes):
    def add():
        return nodes.add_node(num_cpus=1, object_store_memory=80_000_000)

    return add


def begin_run(folder, text="examples"):
    """Makes what a run's folder has, as far as workers elsewhere look at it."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "data" / "data.json").write_text(json.dumps({"fingerprint": text}))
    (folder / "data" / "x_train.npy").write_text(text)
    return folder
