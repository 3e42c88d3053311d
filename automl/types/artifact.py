"""An exported file, and what running it showed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class VerificationStatus(StrEnum):
    """Outcome of running an artifact on one runtime."""

    PASSED = "verified"
    FAILED = "failed"
    SKIPPED = "not verified"


@dataclass(frozen=True)
class Verification:
    """One artifact compared with its Keras model on one runtime.

    Attributes:
        runtime: Registry name of the runtime.
        status: Whether it passed, failed or could not be run.
        examples: Number of held-out examples compared.
        max_abs_diff: Largest absolute difference of any output.
        mean_abs_diff: Mean absolute difference.
        agreement: Share of examples on which both say the same.
        metric: The metric that the artifact is judged by, e.g. ``"accuracy"``;
            one of the names in `metrics`.
        error: Standard error of that metric; None where it is not known.
        metrics: Every metric of the task -> the artifact's own value.
        keras_metrics: The same of the Keras model, on the same examples.
        left_out: Metric -> why it has no value on these examples.
        threshold: What parts two verdicts, chosen on these examples; None where
            the task has none.
        latency_ms: Median milliseconds of one call, warm, one example.
        latency_p95_ms: 95th percentile of the same.
        reason: Why it failed or was skipped, and what to do.
    """

    runtime: str
    status: VerificationStatus
    examples: int = 0
    max_abs_diff: float | None = None
    mean_abs_diff: float | None = None
    agreement: float | None = None
    metric: str = ""
    error: float | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    keras_metrics: dict[str, float] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    threshold: float | None = None
    latency_ms: float | None = None
    latency_p95_ms: float | None = None
    reason: str = ""

    @property
    def quality(self) -> float | None:
        """The artifact's value of the metric that it is judged by."""
        return self.metrics.get(self.metric)

    @property
    def keras_quality(self) -> float | None:
        """The Keras model's value of the same."""
        return self.keras_metrics.get(self.metric)

    @property
    def accuracy(self) -> float | None:
        """The artifact's accuracy; None where classes are not what was asked for."""
        return self.metrics.get("accuracy")

    @property
    def keras_accuracy(self) -> float | None:
        """The Keras model's accuracy on the same examples."""
        return self.keras_metrics.get("accuracy")

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        record = asdict(self)
        record |= {"quality": self.quality, "keras_quality": self.keras_quality}
        if self.accuracy is not None:
            record |= {"accuracy": self.accuracy, "keras_accuracy": self.keras_accuracy}
        return record

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Verification:
        """Builds the verification that `to_dict` wrote."""
        values = {name: value for name, value in record.items() if name not in _DERIVED}
        return cls(**values | {"status": VerificationStatus(record["status"])})


#: What `Verification.to_dict` writes for readers of its JSON beside the fields.
_DERIVED = frozenset({"quality", "keras_quality", "accuracy", "keras_accuracy"})


@dataclass(frozen=True)
class Artifact:
    """One exported file (or file set) and what is known of it.

    Attributes:
        trial: Number of the trial it came from.
        format: Registry name of the exporter.
        recipe: Registry name of the recipe.
        path: The file a runtime loads, inside the run's folder; empty when
            the artifact could not be written or did not pass.
        size: Bytes of all its files.
        gzip_size: The same, each file gzipped.
        files: File name -> sha256, relative to the artifact's own folder.
        validation_quality: What the choice was made on: its metric on
            validation data; None where it was not judged.
        validation_error: Standard error of the same.
        threshold: What parts two verdicts of this file, chosen on validation
            data; None where its task has none or it was not judged.
        verifications: One record per runtime, on test data.
        reason: Why there is no file, empty otherwise.
        model_file: The Keras model that it is compared with, inside the run's
            folder, where a recipe changed that of the trial; empty where none did.
        steps: What each step of the recipe that changed the model did and cost.
        claims: What those say of kernels, and what was found in the file.
        ram: Bytes of the interpreter's arena at its fullest, without delegates;
            None where the runtime does not say.
    """

    trial: int
    format: str
    recipe: str
    path: str
    size: int = 0
    gzip_size: int = 0
    files: dict[str, str] = field(default_factory=dict)
    validation_quality: float | None = None
    validation_error: float | None = None
    threshold: float | None = None
    verifications: tuple[Verification, ...] = ()
    reason: str = ""
    model_file: str = ""
    steps: tuple[dict[str, Any], ...] = ()
    claims: tuple[dict[str, Any], ...] = ()
    ram: int | None = None

    @property
    def status(self) -> VerificationStatus:
        """The worst of its verifications; not verified when there is none."""
        states = {verification.status for verification in self.verifications}
        if not self.path or VerificationStatus.FAILED in states:
            return VerificationStatus.FAILED
        if not states or VerificationStatus.SKIPPED in states:
            return VerificationStatus.SKIPPED
        return VerificationStatus.PASSED

    @property
    def placed(self) -> bool:
        """Whether its files stand where they ship from."""
        return self.path.startswith("export/") and not self.path.startswith("export/.")

    @property
    def verification(self) -> Verification | None:
        """The record of the first runtime that ran it, if any."""
        ran = [v for v in self.verifications if v.status != VerificationStatus.SKIPPED]
        return ran[0] if ran else None

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary."""
        verifications = [verification.to_dict() for verification in self.verifications]
        return asdict(self) | {"verifications": verifications, "status": str(self.status)}
