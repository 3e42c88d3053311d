"""What a run keeps of its data beside the examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from automl.data.base import Skipped, Target
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

#: Examples named for each reason why something was skipped.
_SHOWN = 3


@dataclass(frozen=True)
class DataSummary:
    """What a run keeps of its data beside the arrays.

    Attributes:
        uri: What the user named.
        source: Registry name of the source that read it.
        input: What one example is.
        target: What is known of each example.
        counts: Split -> number of examples.
        fingerprint: sha256 over the examples, labels and split.
        notes: What a person should know of the reading.
        skipped: What could not be used, and why.
        front: Record of what an exported file does first, as
            `automl.preprocessing.base.part_from` reads it; None for nothing.
        encoder: Record of what happens before the file; None for nothing.
        ordered: Whether the splits follow each other in time.
        task: What the source inferred to be asked, ``""`` if it did not.
        why: Why, in a few words.
        class_counts: Split -> number of examples of each class, in the order of
            the indices; empty without classes.
    """

    uri: str
    source: str
    input: InputSpec
    target: Target
    counts: dict[str, int]
    fingerprint: str
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    front: dict[str, Any] | None = None
    encoder: dict[str, Any] | None = None
    ordered: bool = False
    task: str = ""
    why: str = ""
    class_counts: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Name of each class, in the order of the indices; empty without classes."""
        return self.target.names if self.target.kind == "class" else ()

    def skipped_notes(self) -> tuple[str, ...]:
        """Returns a line for each reason why something was skipped, with a few examples of it."""
        found: dict[str, list[str]] = {}
        for each in self.skipped:
            found.setdefault(each.reason, []).append(each.where)
        return tuple(
            f"{len(where):,} skipped: {reason} ({', '.join(where[:_SHOWN])}"
            f"{', ...' if len(where) > _SHOWN else ''})."
            for reason, where in found.items()
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> DataSummary:
        """Builds the summary that `to_dict` wrote."""
        values = dict(record)
        values["input"] = InputSpec(**values["input"])
        if "class_names" in values:  # A run of the first versions.
            values["target"] = {"kind": "class", "names": values.pop("class_names")}
        values["target"] = Target.from_dict(values["target"])
        values["skipped"] = tuple(Skipped(**each) for each in values.get("skipped", ()))
        values["notes"] = tuple(values["notes"])
        values["class_counts"] = {
            split: tuple(counts) for split, counts in values.get("class_counts", {}).items()
        }
        return cls(**values)


def count_classes(labels: Mapping[str, np.ndarray], target: Target) -> dict[str, tuple[int, ...]]:
    """Returns split -> number of examples of each class; empty without classes.

    Args:
        labels: Split -> labels.
        target: What they are.
    """
    import numpy as np

    if target.kind != "class":
        return {}
    return {
        split: tuple(np.bincount(y, minlength=len(target.names)).tolist())
        for split, y in labels.items()
    }
