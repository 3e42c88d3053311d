"""Other data in the form that an exported file takes, by what was written beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from automl.data.base import Examples, RawData, Target
from automl.data.dataset import read
from automl.data.options import AUTO, ReadOptions
from automl.data.splitting.given import read_given
from automl.preprocessing.base import Front, part_from
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.preprocessing.table import TableEncoder


@dataclass(frozen=True)
class _InTheFile(Front):
    """Stands for the front that is part of the file: nothing of it is needed here."""

    name: ClassVar[str] = "in the file"

    shape: tuple[int, ...] = ()

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """Shape of one raw example."""
        return self.shape

    def apply(self, inputs: Any) -> Any:
        """Returns the inputs: the file does it."""
        return inputs


def held_out(
    record: dict[str, Any], uri: str, options: ReadOptions
) -> tuple[Examples, np.ndarray, tuple[str, ...]]:
    """Reads data as a file's training data was read, fitted on nothing.

    Args:
        record: What ``preprocessing.json`` says.
        uri: DATA, as for a search; labelled.
        options: How it is read, where the file does not say.

    Returns:
        Raw examples as the file is fed, labels by the names of the file, and
        what a person should know of the reading.

    Raises:
        UserInputError: If it cannot be read, or is of another kind.
    """
    import numpy as np

    shape = tuple(record["shape"])
    front = _InTheFile(shape) if "in_the_file" in record else None
    encoder = part_from(record.get("encoder"))
    target = Target.from_dict(record["target"])
    like = RawData(
        x=np.zeros((1, *shape), record["dtype"]),
        y=np.zeros(1),
        input=InputSpec(**record["searched"]),
        target=target,
        front=front,
        encoder=encoder,
        task=record["output"]["task"],
    )
    given = read_given(
        "test", uri, like, _said(record, target, encoder, options), partial(read, beside=True)
    )
    x, y = given.examples(like)
    return x, y, given.notes


def _said(
    record: dict[str, Any], target: Target, encoder: Any, options: ReadOptions
) -> ReadOptions:
    """Returns the options with what the file says of how its data was read."""
    found: dict[str, Any] = {}
    kind = record["searched"]["kind"]
    if options.input == AUTO and encoder is not None and encoder.name == "array":
        found["input"] = kind
    if options.task == AUTO:
        found["task"] = record["output"]["task"]
    if encoder is not None and encoder.name == "table":
        found |= _of_table(encoder, target, options)
    return replace(options, **found)


def _of_table(encoder: TableEncoder, target: Target, options: ReadOptions) -> dict[str, Any]:
    found: dict[str, Any] = {
        "columns": {each.name: each.kind for each in encoder.columns} | dict(options.columns)
    }
    if encoder.lookback:
        found["time_column"] = options.time_column or encoder.time
        found["group"] = options.group or encoder.group
    numbers = target.kind == "number"
    if numbers and not options.target:
        # A number some steps ahead is called "name +3".
        names = [
            name.rpartition(" +")[0] if step else name
            for name, step in zip(
                target.names, target.steps or (0,) * len(target.names), strict=True
            )
        ]
        found["target"] = tuple(dict.fromkeys(names))
        for name in found["target"]:
            found["columns"].pop(name, None)
    return found
