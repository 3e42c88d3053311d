"""A made-up example that a file can be fed with, whoever wrote the file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.errors import UserInputError
from automl.registry import EXPORTERS
from automl.verify.beside import format_of, has_usage, usage_beside

if TYPE_CHECKING:
    import numpy as np

    from automl.export.facts import TensorFacts


def example_for(file: Path) -> np.ndarray:
    """Returns one made-up raw example, always the same: 1 x shape.

    It is what ``preprocessing.json`` says, or, of a file that was written elsewhere,
    what the file declares of its input.

    Raises:
        UserInputError: If the file cannot be read, or does not say what it takes.
    """
    if has_usage(file):
        return example(usage_beside(file))
    return declared(file)


def example(record: dict[str, Any]) -> np.ndarray:
    """Returns one made-up raw example, always the same: 1 x shape.

    Args:
        record: What ``preprocessing.json`` says.
    """
    import numpy as np

    random = np.random.default_rng(0)
    shape = (1, *record["shape"])
    searched = record["searched"]
    if record["dtype"] == "int32":
        most = max(2, int(searched.get("vocabulary") or 2))
        return random.integers(1, most, shape, dtype=np.int32)
    low, high = record.get("range") or (0.0, 1.0)
    return random.uniform(low, high, shape).astype(np.float32)


def declared(file: Path) -> np.ndarray:
    """Returns an example by what a file declares: whole numbers are 0 or 1, others 0 to 1.

    Raises:
        UserInputError: If the file cannot be read, or has not one input of a known shape.
    """
    import numpy as np

    given = _only_input(file)
    shape = (1, *given.shape[1:])
    if not given.shape or min(shape) < 1 or given.shape[0] not in (1, -1):
        raise UserInputError(
            f"A file is measured on one example of a known shape. Received: {file}, whose input"
            f" {given.name} is {list(given.shape)}."
        )
    random = np.random.default_rng(0)
    if given.dtype in ("int32", "int64"):
        # Indices of who knows what: the first two are there in any table.
        return random.integers(0, 2, shape, dtype=np.int32)
    return random.uniform(0.0, 1.0, shape).astype(np.float32)


def _only_input(file: Path) -> TensorFacts:
    try:
        facts = EXPORTERS.get(format_of(file) or "").facts(file)
    except UserInputError:
        raise
    except Exception as error:  # Bytes that are no such file fail in many ways.
        raise UserInputError(f"{file} cannot be read as a {format_of(file)} file.") from error
    inputs: tuple[TensorFacts, ...] = facts.inputs if facts is not None else ()
    if len(inputs) != 1:
        raise UserInputError(
            f"Without preprocessing.json, a file must have one input. Received: {file}, which"
            f" has {len(inputs)}."
        )
    return inputs[0]
