"""What keeps a model from learning its training data by heart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras

PENALTIES = ("none", "l2", "l1", "l1l2", "orthogonal")
STRENGTHS = (1e-5, 1e-4, 1e-3)

#: Attribute of a layer that is a weight -> prefixes that its settings may have.
_KERNELS = {
    "kernel": ("kernel", "depthwise"),  # Keras' depthwise layers call theirs so.
    "depthwise_kernel": ("depthwise",),
    "pointwise_kernel": ("pointwise",),
    "recurrent_kernel": ("recurrent",),
}


@dataclass(frozen=True)
class Regularization:
    """Penalties, bounds and noise; all off by default.

    Attributes:
        dropout: Share of the values before the last layer that is dropped.
        channel_dropout: Share of channels dropped after a stage or block.
        branch_dropout: Share of residual branches dropped (stochastic depth).
        noise: Standard deviation of noise on rescaled inputs.
        penalty: One of `PENALTIES`, on every kernel; ``"orthogonal"`` on kernels
            with two axes only, as Keras defines it.
        strength: Factor of the penalty in the loss.
        max_norm: Largest norm of a unit's incoming weights; 0 for no bound.
            Srivastava et al., 2014, section 5.1.
    """

    dropout: float = 0.0
    channel_dropout: float = 0.0
    branch_dropout: float = 0.0
    noise: float = 0.0
    penalty: str = "none"
    strength: float = 0.0
    max_norm: float = 0.0

    def __post_init__(self) -> None:
        for name in ("dropout", "channel_dropout", "branch_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"`{name}` lies in [0, 1). Received: {getattr(self, name)}")
        if self.penalty not in PENALTIES:
            raise ValueError(f"A penalty is one of {PENALTIES}. Received: penalty={self.penalty!r}")
        if min(self.noise, self.strength, self.max_norm) < 0:
            raise ValueError(
                "`noise`, `strength` and `max_norm` are at least 0. Received:"
                f" {self.noise}, {self.strength}, {self.max_norm}"
            )


def choose_regularization(
    hp: Any,
    *,
    channels: bool = False,
    branches: bool = False,
    noise: bool = True,
    matrices: bool = True,
) -> Regularization:
    """Declares the regularizers and returns those chosen.

    Penalties, bounds and noise hang on ``regularize``, so that half of all
    random candidates are spared them: most good models need dropout and weight
    decay only. With ``regularize=yes`` there is always a penalty, if a faint one.

    Args:
        hp: Where hyperparameters are declared.
        channels: Whether there are positions, so that whole channels can be dropped.
        branches: Whether there are residual branches to drop.
        noise: Whether inputs are numbers that noise can be added to, on their
            rescaled values; the vectors that tokens become have no known scale.
        matrices: Whether some kernel surely has two axes and several columns, so
            that ``"orthogonal"`` says something.
    """
    dropout = float(hp.Choice("dropout", [0.0, 0.1, 0.2, 0.3, 0.5]))
    channel = branch = deviation = 0.0
    penalties = [name for name in PENALTIES[1:] if matrices or name != "orthogonal"]
    if branches:
        branch = float(hp.Choice("branch_dropout", [0.0, 0.1, 0.2]))
    regularize = hp.Choice("regularize", ["no", "yes"]) == "yes"
    with hp.conditional_scope("regularize", ["yes"]), hp.name_scope("regularizer"):
        if channels:
            channel = float(hp.Choice("channel_dropout", [0.0, 0.05, 0.1, 0.2]))
        if noise:
            deviation = float(hp.Choice("noise", [0.0, 0.05, 0.1]))
        norm = float(hp.Choice("max_norm", [0.0, 2.0, 4.0]))
        penalty = str(hp.Choice("penalty", penalties))
        strength = float(hp.Choice("strength", list(STRENGTHS), default=1e-4))
    if not regularize:
        return Regularization(dropout=dropout, branch_dropout=branch)
    return Regularization(
        dropout=dropout,
        channel_dropout=channel,
        branch_dropout=branch,
        noise=deviation,
        penalty=penalty,
        strength=strength,
        max_norm=norm,
    )


def regularize_weights(model: Any, rules: Regularization) -> None:
    """Puts penalty and bound on every kernel of a built model, whatever block made it.

    The layers' own settings are set too, so that a saved model says the same.
    """
    if rules.penalty == "none" and not rules.max_norm:
        return
    seen: set[int] = set()
    for outer in model.layers:
        for layer in _inside(outer, seen):
            for attribute, prefixes in _KERNELS.items():
                weight = getattr(layer, attribute, None)
                if isinstance(weight, keras.Variable):
                    prefix = next((p for p in prefixes if hasattr(layer, f"{p}_regularizer")), "")
                    _put_on(layer, weight, prefix, rules)


def _inside(layer: Any, seen: set[int]) -> Iterator[Any]:
    """Yields a layer and all that are wrapped in it, each once."""
    if id(layer) in seen:
        return
    seen.add(id(layer))
    yield layer
    for value in list(vars(layer).values()):
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(each, keras.layers.Layer):
                yield from _inside(each, seen)


def _put_on(layer: Any, weight: Any, prefix: str, rules: Regularization) -> None:
    penalty = _penalty(rules, tuple(weight.shape))
    if penalty is not None:
        weight.regularizer = penalty
        if prefix:
            setattr(layer, f"{prefix}_regularizer", penalty)
    if rules.max_norm:
        # All axes but the last lead into one unit; of a depthwise kernel, the positions.
        axes = len(weight.shape) - (2 if prefix == "depthwise" else 1)
        bound = keras.constraints.MaxNorm(rules.max_norm, axis=list(range(axes)))
        weight.constraint = bound
        if hasattr(layer, f"{prefix}_constraint"):
            setattr(layer, f"{prefix}_constraint", bound)


def _penalty(rules: Regularization, shape: tuple[int, ...]) -> Any:
    if rules.penalty == "orthogonal":
        if len(shape) != 2 or shape[1] < 2:
            return None  # Keras divides by the number of pairs of columns.
        return keras.regularizers.OrthogonalRegularizer(rules.strength, mode="columns")
    if rules.penalty == "l1":
        return keras.regularizers.L1(rules.strength)
    if rules.penalty == "l2":
        return keras.regularizers.L2(rules.strength)
    if rules.penalty == "l1l2":
        return keras.regularizers.L1L2(rules.strength, rules.strength)
    return None
