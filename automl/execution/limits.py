"""How long a job may take: asked to end in time, and ended if it does not.

A job's argument ``limit`` is in seconds from when a worker takes it up. A training
job hears of it as its ``deadline`` and stops between two batches, with what it has
learned so far. One that does not come to its next batch, because it hangs, is ended
with its worker after twice the time.
"""

from __future__ import annotations

import math
import time
from typing import Any

from automl.tuning.budget import TIME_IS_UP
from automl.units import format_duration

#: Seconds that a job is given after its limit at least: a busy machine takes long to
#: build even a small graph, and what a trial has learned must be written.
LEAST_GRACE = 60.0
OWN_TIME_IS_UP = "its own time was up (--trial-time)"


def hard_limit(args: dict[str, Any]) -> float:
    """Returns the seconds after which a job's worker is killed; infinite for none."""
    limit = args.get("limit")
    if limit is None:
        return math.inf
    return float(limit) + max(LEAST_GRACE, float(limit))


def timed_out(args: dict[str, Any]) -> str:
    """Returns why a job that did not end was ended, in words."""
    taken = format_duration(hard_limit(args))
    return (
        f"it had not ended after {taken} and was ended by force; a trial has"
        f" {format_duration(args['limit'])} (--trial-time)."
    )


def with_deadline(args: dict[str, Any]) -> dict[str, Any]:
    """Returns a job's arguments as its function is given them: the limit as a deadline."""
    limit = args.get("limit")
    if limit is None or "deadline" not in args:
        return args
    end, deadline = time.time() + limit, args["deadline"]
    if deadline is not None and deadline <= end:
        return args
    return args | {"deadline": end}


def with_reason(
    result: dict[str, Any], args: dict[str, Any], given: dict[str, Any]
) -> dict[str, Any]:
    """Returns a job's result; one that was ended by its own limit says so.

    Args:
        result: What the job returned.
        args: What it was asked to do.
        given: What `with_deadline` made of that.
    """
    lowered = given.get("deadline") != args.get("deadline")
    if lowered and result.get("reason") == TIME_IS_UP:
        return result | {"reason": OWN_TIME_IS_UP}
    return result
