"""How a model is trained: the part of a configuration that is no layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from search_spaces.signature import Signature
from search_spaces.training.augmentation.choosing import choose_augmentation
from search_spaces.training.augmentation.record import Augmentation

#: Optimizer -> learning rates, the default of each in `_DEFAULT_RATES`. Usable
#: rates lie ten times higher for momentum than for the adaptive optimizers, and
#: five to ten times lower for Lion (Chen et al., 2023, https://arxiv.org/abs/2302.06675).
_RATES = {
    "adam": (5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2),
    "sgd": (1e-2, 2e-2, 5e-2, 1e-1),
    "adagrad": (2e-2, 5e-2, 1e-1),
    "lion": (2e-4, 5e-4, 1e-3, 2e-3),
}
_DEFAULT_RATES = {"adam": 5e-3, "sgd": 5e-2, "adagrad": 5e-2, "lion": 1e-3}
_ADAPTIVE = ("adam", "adamw", "rmsprop")
OPTIMIZERS = (*_ADAPTIVE, "sgd", "adagrad", "lion")
SCHEDULES = ("cosine", "constant", "one_cycle")
WEIGHT_DECAYS = (1e-4, 1e-3, 1e-2, 1e-1)
#: Further ones for rows of a table: of few hundred rows, a dense network needs them to be as
#: good as ridge regression.
TABLE_DECAYS = (1.0, 3.0)
BATCH_SIZES = (16, 32, 64)


@dataclass(frozen=True)
class Recipe:
    """Optimizer, schedule and batch.

    Attributes:
        optimizer: One of `OPTIMIZERS`; ``"sgd"`` has Nesterov momentum 0.9.
        learning_rate: Highest learning rate; the schedule goes below it.
        weight_decay: Decoupled decay of the weights per step, relative to the
            learning rate. Zero for ``"adam"``, which with decay is ``"adamw"``.
        batch_size: Examples per training step.
        schedule: One of `SCHEDULES`.
        warmup: Share of the training over which the rate rises to its highest.
        clip_norm: Largest norm of all gradients together; 0 for no bound.
        label_smoothing: Share of a label's weight that is spread over all
            classes (Szegedy et al., 2015, https://arxiv.org/abs/1512.00567).
        patience: Epochs without a better validation loss that end the
            training; 0 trains to the end. The best epoch's weights are kept
            either way.
        augmentation: How training examples are changed.
    """

    optimizer: str = "adam"
    learning_rate: float = 5e-3
    weight_decay: float = 0.0
    batch_size: int = 32
    schedule: str = "cosine"
    warmup: float = 0.0
    clip_norm: float = 0.0
    label_smoothing: float = 0.0
    patience: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        for name, known in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
            if getattr(self, name) not in known:
                raise ValueError(f"`{name}` is one of {known}. Received: {getattr(self, name)!r}")
        if not self.learning_rate > 0:
            raise ValueError(
                f"`learning_rate` must be positive. Received: learning_rate={self.learning_rate}"
            )
        if min(self.weight_decay, self.clip_norm, self.patience) < 0 or self.batch_size < 1:
            raise ValueError(
                "`weight_decay`, `clip_norm` and `patience` must be at least 0 and `batch_size`"
                f" at least 1. Received: {self}"
            )
        for name in ("warmup", "label_smoothing"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"`{name}` lies in [0, 1). Received: {getattr(self, name)}")

    @property
    def soft_labels(self) -> bool:
        """Whether training labels are probabilities instead of class indices."""
        return self.label_smoothing > 0 or self.augmentation.mixes


def choose_recipe(hp: Any, signature: Signature) -> Recipe:
    """Declares the recipe's hyperparameters and returns the one chosen."""
    optimizer = hp.Choice("optimizer", list(OPTIMIZERS))
    rates = {}
    with hp.conditional_scope("optimizer", list(_ADAPTIVE)):
        rates["adam"] = hp.Choice("learning_rate", list(_RATES["adam"]), _DEFAULT_RATES["adam"])
    for name in ("sgd", "adagrad", "lion"):
        with hp.conditional_scope("optimizer", [name]), hp.name_scope(name):
            rates[name] = hp.Choice("learning_rate", list(_RATES[name]), _DEFAULT_RATES[name])
    decaying = [name for name in OPTIMIZERS if name not in ("adam", "adagrad")]
    with hp.conditional_scope("optimizer", decaying):
        table = signature.input.kind == "vector"
        decays = (*WEIGHT_DECAYS, *TABLE_DECAYS) if table else WEIGHT_DECAYS
        decay = hp.Choice("weight_decay", list(decays), default=1e-3)
    schedule = hp.Choice("schedule", list(SCHEDULES))
    with hp.conditional_scope("schedule", ["cosine", "constant"]):
        warmup = float(hp.Choice("warmup", [0.0, 0.1]))  # One cycle brings its own.
    smoothing = 0.0
    if signature.target.kind == "classification":
        smoothing = float(hp.Choice("label_smoothing", [0.0, 0.1]))
    return Recipe(
        optimizer=optimizer,
        learning_rate=rates.get(optimizer, rates["adam"]),
        weight_decay=decay if optimizer in decaying else 0.0,
        batch_size=hp.Choice("batch_size", list(BATCH_SIZES), default=32),
        schedule=schedule,
        warmup=warmup if schedule != "one_cycle" else 0.0,
        clip_norm=float(hp.Choice("clip_norm", [0.0, 1.0])),
        label_smoothing=smoothing,
        patience=int(hp.Choice("patience", [0, 10])),
        augmentation=choose_augmentation(hp, signature),
    )
