"""Says where and when a benchmark ran, for its JSON record."""

from __future__ import annotations

import datetime
import json
import os
import platform
from pathlib import Path
from typing import Any

from automl.versions import versions

RESULTS = Path(__file__).parent / "results"


def write_result(name: str, record: dict[str, Any]) -> Path:
    """Writes `record` with date, machine and versions to ``results/NAME.json``."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    where = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "versions": versions(),
    }
    path.write_text(json.dumps(where | record, indent=2) + "\n", encoding="utf-8")
    return path
