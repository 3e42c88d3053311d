"""Where a worker process runs, and which jobs it takes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

#: The job that trains a model.
TRAINING = "train"
#: Among a place's jobs: every job but `TRAINING`.
OTHERS = "others"


@dataclass(frozen=True)
class Place:
    """One worker process: its backend, its share of the machine, and what it is for.

    Attributes:
        backend: Keras backend.
        jobs: Names of the jobs it takes, `OTHERS` for all but training; empty for
            every one.
        cores: Numbers of the CPU cores that it is pinned to; empty for any.
        environment: Names and values of variables that are set for it.
    """

    backend: str = "tensorflow"
    jobs: tuple[str, ...] = ()
    cores: tuple[int, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if any(core < 0 for core in self.cores) or len(set(self.cores)) < len(self.cores):
            raise ValueError(
                f"Cores are different numbers from 0. Received: {self.cores}. Name each once."
            )

    def serves(self, job: str) -> bool:
        """Returns whether the worker takes jobs of a name."""
        return not self.jobs or job in self.jobs or (OTHERS in self.jobs and job != TRAINING)

    @property
    def trains(self) -> bool:
        """Whether trials are trained here."""
        return self.serves(TRAINING)

    def to_json(self) -> str:
        """Returns what `from_json` reads back, as a worker is given it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Place:
        """Builds the place that `to_json` wrote; a bare one from ``{}``."""
        record = json.loads(text)
        return cls(
            record.get("backend", "tensorflow"),
            tuple(record.get("jobs", ())),
            tuple(record.get("cores", ())),
            tuple((name, value) for name, value in record.get("environment", ())),
        )
