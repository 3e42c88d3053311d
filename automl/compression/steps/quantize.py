"""How the converter stores weights and what the runtime computes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from automl.compression.steps.base import Step
from automl.errors import UserInputError

WEIGHT_TYPES = ("float32", "float16", "int8", "int4", "uint16", "uint8")
ACTIVATION_TYPES = ("float32", "int8", "int16")
IO_TYPES = ("float32", "int8")
CALIBRATIONS = ("min_max", "percentile")


@dataclass(frozen=True)
class Quantize(Step):
    """Weights and activations in fewer bits (Jacob et al., 2018, https://arxiv.org/abs/1712.05877).

    Attributes:
        weights: Stored type of the weights, one of `WEIGHT_TYPES`.
        activations: Type the runtime computes in, one of `ACTIVATION_TYPES`.
        io: Type of the file's input and output, one of `IO_TYPES`.
        weight_only: Whether int8 weights are expanded before use. Without it, and
            with float32 activations, kernels that can quantize them on the fly do.
        calibration_samples: Training examples that set the ranges of activations.
        calibration: How, one of `CALIBRATIONS`.
        percentile: Share in percent of a tensor's values inside its range, for
            ``"percentile"``.
        keep_float: Layers, by name, that stay in float32 among quantized ones.
        begin: Layers, by name, before which everything stays in float32; none for the
            raw input. A recipe for data that integers cannot hold gets them by itself.
        float_share: Share of the layers' weights that may stay in float32 where a
            scan finds that they lose most; 0 for no scan.
    """

    name: ClassVar[str] = "quantize"
    stage: ClassVar[int] = 1

    weights: str = "int8"
    activations: str = "float32"
    io: str = "float32"
    weight_only: bool = False
    calibration_samples: int = 0
    calibration: str = "min_max"
    percentile: float = 99.99
    keep_float: tuple[str, ...] = ()
    begin: tuple[str, ...] = ()
    float_share: float = 0.0

    def __post_init__(self) -> None:
        for key, known in (
            ("weights", WEIGHT_TYPES),
            ("activations", ACTIVATION_TYPES),
            ("io", IO_TYPES),
            ("calibration", CALIBRATIONS),
        ):
            if getattr(self, key) not in known:
                raise UserInputError(
                    f"quantize: {key} is one of {', '.join(known)}."
                    f" Received: {key}={getattr(self, key)!r}."
                )
        if self.activations != "float32":
            self._check_integers()
        elif self.io != "float32" or self.keep_float or self.float_share:
            raise UserInputError(
                "quantize: io, keep_float and float_share need integer activations."
                f" Received: activations={self.activations!r}, io={self.io!r},"
                f" keep_float={self.keep_float}, float_share={self.float_share}."
            )
        if self.weight_only and (self.activations != "float32" or self.weights == "float16"):
            raise UserInputError(
                "quantize: weight_only is for integer weights and float32 activations."
                f" Received: weights={self.weights!r}, activations={self.activations!r}."
            )
        if not 50 < self.percentile <= 100 or not 0 <= self.float_share < 1:
            raise UserInputError(
                "quantize: percentile lies above 50, up to 100, and float_share from 0 to 1."
                f" Received: percentile={self.percentile}, float_share={self.float_share}."
            )

    def _check_integers(self) -> None:
        if self.weights != "int8" or self.calibration_samples < 1:
            raise UserInputError(
                f"quantize: {self.activations} activations need int8 weights and at least 1"
                f" calibration sample. Received: weights={self.weights!r},"
                f" calibration_samples={self.calibration_samples}."
            )

    @property
    def summary(self) -> str:
        """What it does, in a few words."""
        if self.weights in ("float32", "float16"):
            return f"{self.weights} weights"
        if self.activations == "float32":
            expanded = ", expanded in RAM before use" if self.weight_only else ""
            return f"{self.weights} weights{expanded}"
        kept = f", {self.float_share:.0%} of the weights may stay float" if self.float_share else ""
        kept += f", {', '.join(self.keep_float)} in float" if self.keep_float else ""
        shown = f"{self.percentile:g}th percentile" if self.calibration == "percentile" else "range"
        return (
            f"{self.weights} weights, {self.activations} activations by the {shown} of"
            f" {self.calibration_samples} examples, {self.io} in and out{kept}"
        )
