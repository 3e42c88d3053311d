"""On what share of the training data each epoch trains: a part at first, where there is much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from automl.errors import UserInputError
from automl.tuning.rungs import AUTO, OFF

#: Numbers that an epoch reads, examples by the size of one, from which data is large, where
#: nobody says: 26,000 grey images of 28x28 pixels, or 6,500 of 32x32 in colour.
LARGE = 20_000_000
#: Examples of the first rung at least, and of each class, where nobody says: with
#: fewer, what is best on them is no longer what is best on all.
LEAST_EXAMPLES, LEAST_OF_CLASS = 4_000, 100
#: Fact of a run that its plan is kept as; null where there is none.
STAGES = "stages"


def read_subset(value: str | float) -> str | float:
    """Reads ``auto``, ``off`` or a share of the training examples, between 0 and 1.

    Raises:
        UserInputError: If it is none of these.
    """
    text = str(value).strip().lower()
    if text in (AUTO, OFF):
        return text
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0.0
    if not 0.0 < share < 1.0:
        raise UserInputError(
            f"--subset is auto, off or a share between 0 and 1. Received: {value!r}."
            " Trials train on that share of the examples up to their first rung."
        )
    return share


@dataclass(frozen=True)
class Stages:
    """The plan that all trainings of a run follow, paused or not.

    What an epoch trains on depends on its number alone, so that scores after the
    same epochs compare like with like. Every share holds the smaller ones, and the
    last is the whole.

    Attributes:
        epochs: Epochs after which each stage ends, as the rungs do.
        shares: Share of the training examples that it trains on.
        seed: Decides which examples these are.
    """

    epochs: tuple[int, ...]
    shares: tuple[float, ...]
    seed: int = 0

    def __post_init__(self) -> None:
        grows = list(self.shares) == sorted(self.shares) and self.shares[-1:] == (1.0,)
        rises = list(self.epochs) == sorted(set(self.epochs))
        if len(self.epochs) != len(self.shares) or not grows or not rises or self.shares[0] <= 0:
            raise UserInputError(
                "Stages have rising epochs and shares above 0 that grow to 1, as many of each."
                f" Received: {self.epochs}, {self.shares}."
            )

    @classmethod
    def of(cls, record: Mapping[str, Any] | None) -> Stages | None:
        """Builds what `to_dict` wrote; None if there was nothing, as in runs without parts."""
        if not record:
            return None
        return cls(tuple(record["epochs"]), tuple(record["shares"]), record["seed"])

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `of` reads back."""
        return asdict(self)

    def parts(self, first: int, until: int) -> list[tuple[int, int, float]]:
        """Returns the first epoch, the end and the share of each part of a training."""
        found, begin = [], first
        for end, share in zip(self.epochs, self.shares, strict=True):
            if begin < min(end, until):
                found.append((begin, min(end, until), share))
                begin = min(end, until)
        return found if begin >= until else [*found, (begin, until, 1.0)]

    def work(self, first: int, until: int) -> float:
        """Returns how many epochs on the whole data a part of a training costs as much as."""
        return sum((end - begin) * share for begin, end, share in self.parts(first, until))


def parts_of(stages: Stages | None, first: int, until: int) -> list[tuple[int, int, float]]:
    """Returns the parts of a training; one of all examples where nothing is planned."""
    if stages is not None:
        return stages.parts(first, until)
    return [(first, until, 1.0)] if first < until else []


def work_of(stages: Stages | None, first: int, until: int) -> float:
    """Returns what a part of a training costs, in epochs on the whole data."""
    return sum((end - begin) * share for begin, end, share in parts_of(stages, first, until))


def plan_stages(
    rungs: Sequence[int],
    subset: str | float,
    examples: int,
    numbers: int,
    classes: int,
    seed: int,
) -> Stages | None:
    """Returns what the epochs of every training train on; None for all on everything.

    The first rung has the share asked for. ``auto`` takes a part of large data only:
    one in so many that it is no longer large, but `LEAST_EXAMPLES` and
    `LEAST_OF_CLASS` of each class. The shares of further rungs grow by the same factor.

    Args:
        rungs: Epochs after which trials are paused, and of a whole training last.
        subset: As of `read_subset`.
        examples: Number of training examples.
        numbers: How many numbers one example holds.
        classes: How many classes there are, or 1.
        seed: Decides which examples are taken.

    Raises:
        UserInputError: If a share was asked for where there is no rung to train on it.
    """
    if subset == OFF or (subset == AUTO and len(rungs) < 2):
        return None
    if len(rungs) < 2:
        raise UserInputError(
            f"--subset needs trials that are paused on a rung. Received: --subset {subset} where"
            " each is trained at once. Give --rungs 2 or more too."
        )
    if subset == AUTO:
        if examples * numbers < LARGE:
            return None
        enough = max(LEAST_EXAMPLES, LEAST_OF_CLASS * classes)
        share = max(LARGE / (examples * numbers), enough / examples)
        # What saves next to nothing is not worth a poorer judgement.
        if share > 0.5:
            return None
    else:
        share = float(subset)
    last = len(rungs) - 1
    shares = tuple(round(share ** ((last - place) / last), 6) for place in range(len(rungs)))
    return Stages(tuple(rungs), shares, seed)


def told(stages: Stages, examples: int) -> str:
    """Returns the plan in words."""
    steps = ", ".join(
        f"{round(share * examples):,} to epoch {end}"
        for end, share in zip(stages.epochs[:-1], stages.shares, strict=False)
    )
    return f"Trials train on a part of the {examples:,} examples at first: {steps}, then on all."
