"""Networks for phones: inverted bottlenecks, with or without excitation."""

from __future__ import annotations

from typing import Any, ClassVar

from search_spaces.spaces.mobile_guesses import mobile_guesses
from search_spaces.spaces.mobile_plan import MobilePlan
from search_spaces.spaces.staged import StagedSpace


class MobileSpace(StagedSpace):
    """A stem, stages of inverted, fused or separable blocks, a wide 1x1 convolution, a head."""

    name = "mobile"
    plan_class = MobilePlan
    summary = "networks for phones: inverted bottlenecks with excitation, as of MobileNet"
    kinds: ClassVar[dict[str, int]] = {"image": 8, "spectrogram": 8, "series": 16}

    def known_good(self) -> tuple[dict[str, Any], ...]:
        """Returns curated networks for this kind and size of input, best first."""
        return mobile_guesses(self.signature.input)
