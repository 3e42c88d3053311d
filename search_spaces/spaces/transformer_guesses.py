"""Known-good transformers, by kind of input."""

from __future__ import annotations

from typing import Any

from search_spaces.signature import Signature
from search_spaces.spaces.transformer_plan import TransformerPlan


def transformer_guesses(plan: TransformerPlan, signature: Signature) -> tuple[dict[str, Any], ...]:
    """Returns curated configurations for a signature, best first."""
    return {
        "image": _image,
        "spectrogram": _spectrogram,
        "series": _series,
        "tokens": _text,
    }[signature.input.kind](plan)


# Attention diverges at the rates that convolutions like, least so after a warm-up
# and with bounded gradients.
ATTENTION_RECIPE: dict[str, Any] = {
    "optimizer": "adamw",
    "learning_rate": 2e-3,
    "weight_decay": 1e-2,
    "warmup": 0.1,
    "clip_norm": 1.0,
}


def _net(depth: int, width: int, heads: int = 2, **others: Any) -> dict[str, Any]:
    """Writes a configuration; two underscores in a name stand for a scope."""
    values = {"depth": depth, "width": width, "encoder/heads": heads, "encoder/key_width": 16}
    scoped = {name.replace("__", "/"): value for name, value in others.items()}
    return values | ATTENTION_RECIPE | scoped


def _text(plan: TransformerPlan) -> tuple[dict[str, Any], ...]:
    # A few thousand texts are learned by heart in two epochs: dropout on words and
    # everywhere else is worth more than width or depth.
    careful: dict[str, Any] = {
        "words__embedding": 32,
        "words__embedding_dropout": 0.5,
        "words__token_dropout": 0.1,
        "head": "average_max",
        "dropout": 0.3,
        "inner_dropout": 0.2,
    }
    strict = careful | {"words__token_dropout": 0.2, "dropout": 0.5, "inner_dropout": 0.3}
    return (
        _net(1, 32, **careful),
        _net(1, 32, **strict, words__bag="yes", learning_rate=5e-4),
        _net(1, 32, **(strict | {"words__embedding": 64}), label_smoothing=0.1, learning_rate=1e-3),
        _net(1, 32, **careful, words__bag="yes"),
        _net(2, 48, 4, **strict, encoder__rotary="yes", positions="none", learning_rate=1e-3),
    )


def _image(plan: TransformerPlan) -> tuple[dict[str, Any], ...]:
    compact = _halved(plan) | {"head": "attention"}
    lite = _patches(plan, len(plan.patches) // 2) or _halved(plan)
    return (
        _net(2, 48, **compact, dropout=0.1, inner_dropout=0.1),
        _net(2, 32, **(compact | {"head": "average_max"}), activation="relu"),
        _net(3, 64, 4, **compact, inner_dropout=0.1, branch_dropout=0.1),
        _net(3, 48, 4, **lite, head="average", inner_dropout=0.1),
        _net(2, 64, 4, **lite, head="class", encoder__feed_forward="gated", inner_dropout=0.1),
    )


def _spectrogram(plan: TransformerPlan) -> tuple[dict[str, Any], ...]:
    compact = _halved(plan) | {"head": "attention"}
    # One token for each frame: Berg et al., "Keyword Transformer", 2021.
    frames = {"tokens": "frames"} if plan.strides else _halved(plan)
    frames |= {"inner_dropout": 0.1}
    return (
        _net(2, 48, **compact, dropout=0.1, inner_dropout=0.1),
        _net(2, 48, 4, **frames, head="average"),
        _net(3, 64, 4, **frames, head="class", branch_dropout=0.1),
    )


def _series(plan: TransformerPlan) -> tuple[dict[str, Any], ...]:
    fine, coarse = _strided(plan, 0), _strided(plan, -1)
    patches = _patches(plan, -1) or coarse
    return (
        _net(1, 32, **(fine | _wide(plan, fine)), head="average_max", dropout=0.2),
        _net(2, 48, 4, **(coarse | _wide(plan, coarse)), head="average", inner_dropout=0.1),
        _net(2, 32, **fine, head="attention", dropout=0.2, inner_dropout=0.1),
        _net(2, 48, 4, **patches, head="average_max", encoder__rotary="yes", inner_dropout=0.2),
    )


def _halved(plan: TransformerPlan) -> dict[str, Any]:
    """Returns the coarsest convolutional tokens of an image, or else patches."""
    if not plan.halvings:
        return _patches(plan, 0)
    return {"tokens": "convolution", "convolution__halvings": plan.halvings[-1]}


def _strided(plan: TransformerPlan, index: int) -> dict[str, Any]:
    """Returns convolutional tokens of a series, or else patches."""
    if not plan.strides:
        return _patches(plan, index)
    return {"tokens": "convolution", "convolution__strides": plan.strides[index]}


def _wide(plan: TransformerPlan, tokens: dict[str, Any]) -> dict[str, Any]:
    """Returns a longer kernel where it is one."""
    differs = tokens.get("convolution__strides") in plan.kernel_strides()
    return {"convolution__kernel": 5} if differs else {}


def _patches(plan: TransformerPlan, index: int) -> dict[str, Any]:
    """Returns patches as tokens, or nothing if there are none of a fair number."""
    return {"tokens": "patch", "patch__size": plan.patches[index]} if plan.patches else {}
