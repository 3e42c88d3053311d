"""How dense networks are scaled to their input."""

from __future__ import annotations

import math
from dataclasses import dataclass

from search_spaces.layers.activations import ACTIVATIONS
from search_spaces.layers.normalization import NORMALIZATIONS
from search_spaces.signature import InputSpec, Signature
from search_spaces.spaces.options import check_count, check_counts, check_names

LAYOUTS = ("plain", "residual", "mixer")
_PATCHES = (1, 2, 3, 4, 5, 7, 8, 10, 14, 16, 32, 64)
#: Fewest and most patches: mixing fewer is a dense layer, and of more the layers
#: across patches hold most weights.
_FEWEST, _MOST = 4, 64


@dataclass(frozen=True)
class MlpPlan:
    """Limits of a dense network for one input.

    Attributes:
        layouts: Options of `LAYOUTS`: dense layers, residual dense blocks, and
            mixer blocks of patches.
        max_layers: Most hidden layers or blocks.
        widths: Options for the units of a hidden layer.
        activations: Options for the activation.
        normalizations: Options for the normalization.
        patches: Options for the side of a patch, in pixels or steps.
        mixer_widths: Options for the channels of a patch.
    """

    layouts: tuple[str, ...]
    max_layers: int
    widths: tuple[int, ...]
    activations: tuple[str, ...]
    normalizations: tuple[str, ...]
    patches: tuple[int, ...]
    mixer_widths: tuple[int, ...]

    def __post_init__(self) -> None:
        check_names(self, "layouts", LAYOUTS)
        check_names(self, "activations", ACTIVATIONS)
        check_names(self, "normalizations", NORMALIZATIONS)
        check_count(self, "max_layers")
        check_counts(self, "widths", "mixer_widths")
        check_counts(self, "patches", empty=True)
        if "mixer" in self.layouts and not self.patches:
            raise ValueError(
                "The layout 'mixer' cuts positions into `patches`, and there is none (a vector has"
                f" no positions). Received: layouts={self.layouts}, patches=()"
            )

    @classmethod
    def of(cls, signature: Signature) -> MlpPlan:
        """Returns the plan for a signature's input shape."""
        patches = _patches(signature.input)
        return cls(
            layouts=LAYOUTS if patches else LAYOUTS[:2],
            max_layers=4,
            widths=(16, 32, 64, 128, 256),
            activations=ACTIVATIONS,
            normalizations=("batch", "layer", "none"),
            patches=patches,
            mixer_widths=(16, 32, 64),
        )


def _patches(spec: InputSpec) -> tuple[int, ...]:
    """Returns up to three sides that cut the positions into a fair number of patches."""
    if not spec.rank:
        return ()
    fair = [
        side
        for side in _PATCHES
        if _FEWEST <= math.prod(-(-length // side) for length in spec.size) <= _MOST
    ]
    fair.sort(key=lambda side: any(length % side for length in spec.size))  # Exact ones first.
    return tuple(sorted(fair[:3]))
