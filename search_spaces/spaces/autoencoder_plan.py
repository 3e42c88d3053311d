"""How autoencoders are scaled to their input."""

from __future__ import annotations

import math
from dataclasses import dataclass

from search_spaces.layers.activations import ACTIVATIONS
from search_spaces.signature import InputSpec, Signature

LAYOUTS = ("dense", "convolution")
#: Most values of one example that dense layers take.
MOST_VALUES = 4096
_CODES = (1, 2, 4, 8, 16, 32, 64, 128)
#: Most positions in front of the code: the dense layers there hold most weights.
_MOST_POSITIONS = {1: 128, 2: 400}
_MOST_STAGES = 8


@dataclass(frozen=True)
class AutoencoderPlan:
    """Limits of an autoencoder for one input.

    Attributes:
        layouts: Options of `LAYOUTS`.
        codes: Options for the numbers an example is pressed into.
        max_layers: Most hidden layers of a dense encoder.
        widths: Options for the units of a dense encoder's first layer.
        stages: Options for the times that a convolutional encoder halves the
            positions.
        stage_widths: Options for the channels of its first stage; each further
            one has twice as many.
        most_width: Most channels of a stage.
        blocks: Options for the block of a stage.
        activations: Options for the activation.
        normalizations: Options for the normalization.
    """

    layouts: tuple[str, ...]
    codes: tuple[int, ...]
    max_layers: int
    widths: tuple[int, ...]
    stages: tuple[int, ...]
    stage_widths: tuple[int, ...]
    most_width: int
    blocks: tuple[str, ...]
    activations: tuple[str, ...]
    normalizations: tuple[str, ...]

    def __post_init__(self) -> None:
        unknown = set(self.layouts) - set(LAYOUTS)
        if unknown or not self.layouts or ("convolution" in self.layouts and not self.stages):
            raise ValueError(
                f"Layouts are of {LAYOUTS}, and a convolution needs stages. Received:"
                f" layouts={self.layouts}, stages={self.stages}"
            )

    @classmethod
    def of(cls, signature: Signature) -> AutoencoderPlan:
        """Returns the plan for a signature's input shape."""
        spec = signature.input
        values = math.prod(spec.shape)
        stages = fair_stages(spec)
        dense = ("dense",) if values <= MOST_VALUES else ()
        convolution = ("convolution",) if stages else ()
        fitting = [code for code in _CODES if 3 * code <= 2 * values] or [1]
        return cls(
            layouts=dense + convolution,
            codes=tuple(fitting[-5:]),
            max_layers=3,
            widths=(16, 32, 64, 128, 256),
            stages=stages,
            stage_widths=(8, 16, 32),
            most_width=128,
            blocks=("plain", "residual"),
            activations=ACTIVATIONS,
            normalizations=("batch", "none"),
        )


def fair_stages(spec: InputSpec) -> tuple[int, ...]:
    """Returns up to three numbers of halvings that leave a fair number of positions."""
    fair = []
    for count in range(1, _MOST_STAGES + 1):
        left = [-(-length // 2**count) for length in spec.size]
        if left and min(left) >= 2 and math.prod(left) <= _MOST_POSITIONS[spec.rank]:
            fair.append(count)
    return tuple(fair[:3])
