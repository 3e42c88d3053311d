"""Networks for microcontrollers: 10 to 100 kB as int8."""

from __future__ import annotations

from typing import Any, ClassVar

from search_spaces.spaces.micro_guesses import micro_guesses
from search_spaces.spaces.micro_plan import MicroPlan
from search_spaces.spaces.staged import StagedSpace


class MicroSpace(StagedSpace):
    """A stem, at most three stages of narrow blocks, and a head, all exact enough in int8."""

    name = "micro"
    plan_class = MicroPlan
    summary = "networks for microcontrollers: 10-100 kB as int8, of layers that int8 holds well"
    kinds: ClassVar[dict[str, int]] = {"image": 4, "spectrogram": 4, "series": 8}

    def known_good(self) -> tuple[dict[str, Any], ...]:
        """Returns curated networks for this kind and size of input, best first."""
        return micro_guesses(self.signature.input)
