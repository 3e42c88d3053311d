"""Convolutional networks for images, sound, series and words, from a few kilobytes up."""

from __future__ import annotations

from typing import Any, ClassVar

from search_spaces.spaces.cnn_guesses import cnn_guesses
from search_spaces.spaces.cnn_plan import CnnPlan
from search_spaces.spaces.staged import StagedSpace


class CnnSpace(StagedSpace):
    """A stem, stages of any convolution block, and a head."""

    name = "cnn"
    plan_class = CnnPlan
    summary = "convolutional networks: stages of plain, separable, residual and other blocks"
    kinds: ClassVar[dict[str, int]] = {"image": 4, "spectrogram": 4, "series": 4, "tokens": 4}

    def known_good(self) -> tuple[dict[str, Any], ...]:
        """Returns curated networks for this kind and size of input, best first."""
        return cnn_guesses(self.signature.input)
