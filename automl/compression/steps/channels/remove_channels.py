"""Removes whole channels, so that files and latency shrink, and trains the rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from automl.compression.steps.base import ModelStep, StepContext
from automl.compression.steps.epochs import check_training, epochs_of
from automl.errors import UserInputError

if TYPE_CHECKING:
    import keras

CRITERIA = ("both", "l1", "batch_norm")
#: Part of a trial's epochs that the rest is trained on for, by default.
SHARE = 0.6


@dataclass(frozen=True)
class RemoveChannels(ModelStep):
    """Structured pruning: the graph is built again with fewer channels.

    Attributes:
        flops: Multiplications that are left, over those before; in (0, 1).
        criterion: What makes a channel matter: one of `CRITERIA`, the magnitude of
            its weights, the scale of its batch normalization, or their product.
        keep: Share of each layer's channels that stays whatever they are.
        multiple: What the channels left are a multiple of, where a layer has enough:
            runtimes compute so many at once, and a part of a block costs as much as a
            whole one. 1 for any number.
        rounds: How often a part is removed and the rest is trained on.
        epochs: Epochs of fine-tuning in all; 0 for a share of the trial's.
        rate: Factor on the trial's learning rate.
    """

    name: ClassVar[str] = "channels"

    flops: float = 0.5
    criterion: str = "both"
    keep: float = 0.2
    multiple: int = 16
    rounds: int = 1
    epochs: int = 0
    rate: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.flops < 1 or not 0 <= self.keep < 1:
            raise UserInputError(
                "channels: flops lies between 0 and 1, and keep from 0 to below 1."
                f" Received: flops={self.flops}, keep={self.keep}."
            )
        if self.criterion not in CRITERIA:
            raise UserInputError(
                f"channels: criterion is one of {', '.join(CRITERIA)}."
                f" Received: criterion={self.criterion!r}."
            )
        if self.rounds < 1 or self.multiple < 1:
            raise UserInputError(
                "channels: rounds and multiple are at least 1."
                f" Received: rounds={self.rounds}, multiple={self.multiple}."
            )
        check_training("channels", self.epochs, self.rate)

    @property
    def summary(self) -> str:
        """What it does, in a few words."""
        return f"remove channels, {self.flops:.0%} of FLOPs left"

    def apply(self, model: keras.Model, context: StepContext) -> keras.Model:
        """Removes channels and fine-tunes, round by round.

        Raises:
            CompressionError: If too little can be removed; the message says which
                layers cannot be cut.
        """
        from automl.compression.steps.channels.choice import Cost, blocked, choose
        from automl.compression.steps.channels.cutting import follow_channels, without
        from automl.compression.steps.graph import as_functional

        model = as_functional(model)
        before = _facts(model)
        epochs = epochs_of(self.epochs, context.epochs, SHARE)
        start = Cost(follow_channels(model)).count(set())
        for number in range(1, self.rounds + 1):
            rules = follow_channels(model)
            goal = start * self.flops ** (number / self.rounds)
            share = min(0.999, goal / Cost(rules).count(set()))
            removed = choose(rules, share, self.criterion, self.keep, self.multiple)
            model = without(model, rules, removed)
            part = epochs // self.rounds + (epochs % self.rounds if number == self.rounds else 0)
            context.fit(model, max(1, part), rate=self.rate)
        rules = follow_channels(model)
        context.facts["multiplications left"] = round(Cost(rules).count(set()) / start, 4)
        context.facts["before"], context.facts["after"] = before, _facts(model)
        context.facts["cannot be cut"] = blocked(rules)
        return model


def _facts(model: keras.Model) -> dict[str, Any]:
    widths = {
        layer.name: int(layer.output.shape[-1])
        for layer in model.layers
        if any(len(each.shape) > 1 for each in layer.trainable_variables)
    }
    return {"parameters": int(model.count_params()), "channels": widths}
