"""What pages are given and send back, as bytes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from automl.data.storage import chunks
from automl.errors import VerificationError
from automl.verify.base import RuntimeResult

if TYPE_CHECKING:
    from automl.data.base import Examples
    from automl.verify.browser.asking import Answer

#: At most so many timed calls, after some that do not count; three are enough
#: once the seconds are over.
LATENCY = {"calls": 30, "warmup": 5, "seconds": 2.0}


def packed(inputs: Examples) -> bytes:
    """Returns examples as little-endian float32, one after the other.

    They hold whole numbers up to 2^24; a page feeds them as the type that the
    model asks for.
    """
    import numpy as np

    if len(inputs) == 0:
        raise ValueError("At least one example is needed to run a model.")
    return b"".join(np.ascontiguousarray(chunk, "<f4").tobytes() for chunk in chunks(inputs))


def result_of(answer: Answer, examples: int, failure: str) -> RuntimeResult:
    """Returns what a page computed.

    Args:
        answer: What it sent.
        examples: How many it was given.
        failure: Begins the message where that is no result.

    Raises:
        VerificationError: If the parts do not fit together.
    """
    import numpy as np

    try:
        outputs = np.frombuffer(answer.parts["output"], "<f4").astype(np.float32)
        outputs = outputs.reshape(examples, *answer.record["shapes"][0])
        times = sorted(answer.record["times"])
        median, p95 = float(np.median(times)), float(times[math.ceil(0.95 * len(times)) - 1])
    except (LookupError, ValueError, TypeError) as error:
        raise VerificationError(f"{failure}: the page sent no readable result ({error})") from error
    return RuntimeResult(outputs, median, p95)
