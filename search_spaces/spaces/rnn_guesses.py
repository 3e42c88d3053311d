"""Known-good recurrent networks, by kind and length of input."""

from __future__ import annotations

from typing import Any

from search_spaces.signature import Signature
from search_spaces.spaces.options import shortening
from search_spaces.spaces.rnn_plan import RnnPlan

#: Steps that a first try reads at most: longer sequences are joined or convolved.
#: So few also fit a TF.js file, which has no loops.
_STEPS = 32


def rnn_guesses(plan: RnnPlan, signature: Signature) -> tuple[dict[str, Any], ...]:
    """Returns curated configurations for a kind and length of input, best first."""
    shorten = shortening(plan.steps, plan.shortenings, _STEPS)
    if signature.input.kind == "tokens":
        return tuple(_TEXT | guess | {"shorten": shorten} for guess in _of_text())
    recipe = _SPECTROGRAM if signature.input.kind == "spectrogram" else _SERIES
    front = "image" if "image" in plan.fronts else "conv"
    more = shortening(plan.steps, plan.shortenings, _STEPS // 2)
    convolved = {
        "front": front,
        "shorten": more,
        "convolution/width": 32,
        "layers": 1,
        "width": 64,
        "recurrent/bidirectional": "yes",
    }
    guesses = [guess | {"shorten": shorten} for guess in _of_series()]
    # Neighboring bins belong together, which only convolutions know.
    place = 0 if front == "image" else 2
    guesses.insert(place, convolved | {"head": "attention"})
    guesses.append(convolved | {"width": 32, "convolution/width": 16, "head": "average"})
    if signature.target.kind == "classification":
        # Losses of few validation examples then tell good epochs from sure ones.
        recipe = recipe | {"label_smoothing": 0.1}
    return tuple(recipe | guess for guess in guesses)


# Text is learned from few sentences: words are dropped, their mean goes past the
# recurrence (a bag of words), and the gradients of rare long ones are cut.
_TEXT: dict[str, Any] = {
    "input_dropout": 0.5,
    "dropout": 0.5,
    "batch_size": 64,
    "optimizer": "adam",
    "learning_rate": 2e-3,
    "clip_norm": 1.0,
}

_SERIES: dict[str, Any] = {
    "dropout": 0.3,
    "batch_size": 16,
    "optimizer": "adamw",
    "learning_rate": 2e-3,
    "weight_decay": 1e-2,
    "clip_norm": 1.0,
    # Often there are a few dozen examples: no two epochs see the same values.
    "augment": "yes",
    "augmentation/noise": 0.1,
}

_SPECTROGRAM: dict[str, Any] = _SERIES | {"batch_size": 32}


def _of_text() -> list[dict[str, Any]]:
    both = {"recurrent/bidirectional": "yes"}
    return [
        {"embedding": 64, "width": 64, "head": "max", "shortcut": "average", **both},
        _lstm_with_attention(embedding=64),
        {"embedding": 64, "width": 32, "head": "average", "shortcut": "max"},
        {"embedding": 64, "layers": 2, "width": 64, "head": "last", "layer_dropout": 0.2},
        {"embedding": 64, "front": "conv", "convolution/width": 48, "width": 48, "head": "max"},
        {"embedding": 16, "width": 16, "head": "average", "shortcut": "average"},
    ]


def _of_series() -> list[dict[str, Any]]:
    both = {"recurrent/bidirectional": "yes"}
    return [
        {"width": 64, "head": "attention", "shortcut": "average", **both},
        _lstm_with_attention(),
        _two_layers(),
        {"width": 32, "head": "last"},
    ]


def _lstm_with_attention(**others: Any) -> dict[str, Any]:
    """Zhou et al., "Attention-Based Bidirectional LSTM", 2016."""
    return {
        "width": 64,
        "recurrent/cell": "lstm",
        "recurrent/bidirectional": "yes",
        "head": "attention",
        **others,
    }


def _two_layers() -> dict[str, Any]:
    return {
        "layers": 2,
        "layer_dropout": 0.1,
        "width": 64,
        "recurrent/residual": "yes",
        "normalization": "layer",
        "head": "last",
    }
