"""Which augmentation is tried on which data."""

from __future__ import annotations

from typing import Any

from search_spaces.signature import InputSpec, Signature
from search_spaces.training.augmentation.record import FLIPS, Augmentation

#: What `mixup` and `cutmix` are when chosen. Zhang et al. found a Beta shape of
#: 0.1 to 0.4 best; Yun et al. paste into half of the batches of small images.
_MIXUP, _CUTMIX = 0.2, 0.5

#: Small gray images are mostly signs, which mean something else in a mirror: on
#: digits, flips cost 5 to 14 points. Larger ones may be photographs or scans.
_LARGE = 64

#: A shift by a pixel moves an 8x8 image by an eighth, and turning it blurs it: on
#: digits that costs one to three points, a RandAugment operation next to nothing.
_SMALL = 16


def choose_augmentation(hp: Any, signature: Signature) -> Augmentation:
    """Declares what suits the data and returns what is chosen.

    All of it hangs on ``augment``, so that half of all random candidates are
    spared; in each kind's list one change has no option "off", or ``augment``
    would not mean anything.

    * Images: shift, rotation, zoom, contrast, brightness, or RandAugment; flip,
      unless they are small and gray; erasing; mixup or cutmix.
    * Spectrograms: masks of time and frequency, noise, shift in time, mixup.
    * Series: noise, scaling, masks and shift of time, mixup.
    * Vectors: noise and mixup. Tokens: token dropout.

    What could change a number to be predicted (where something is, how large, how
    bright) is not declared for regression: of images that leaves erasing and mixup. A
    reconstruction's inputs are damaged only, with noise or erased, and its
    targets are not: it learns to undo that.
    """
    kind, target = signature.input.kind, signature.target.kind
    augment = hp.Choice("augment", ["no", "yes"]) == "yes"
    with hp.conditional_scope("augment", ["yes"]), hp.name_scope("augmentation"):
        if target == "reconstruction":
            chosen = _damage(hp, kind)
        else:
            chosen = _CHOOSERS[kind](hp, signature.input, target != "regression")
    return Augmentation(**chosen) if augment else Augmentation()


def _images(hp: Any, spec: InputSpec, labels: bool) -> dict[str, Any]:
    if not labels:
        return {"erasing": hp.Choice("erasing", [0.25, 0.5])} | _mix(hp, ["mixup"])
    policies = ["basic", "rand_augment"] if min(spec.size) >= _SMALL else ["rand_augment"]
    policy = hp.Choice("policy", policies)
    with hp.conditional_scope("policy", ["basic"]):
        basic = {
            "shift": hp.Choice("shift", [0.05, 0.1, 0.15], default=0.1),
            "rotation": hp.Choice("rotation", [0.0, 10.0, 20.0]),
            "zoom": hp.Choice("zoom", [0.0, 0.1, 0.2]),
            "contrast": hp.Choice("contrast", [0.0, 0.2, 0.4]),
            "brightness": hp.Choice("brightness", [0.0, 0.1, 0.2]),
        }
    with hp.conditional_scope("policy", ["rand_augment"]):
        drawn = {
            "operations": hp.Choice("operations", [1, 2]),
            "magnitude": hp.Choice("magnitude", [3, 6, 9]),
        }
    chosen = basic if policy == "basic" else drawn
    if spec.shape[-1] >= 3 or min(spec.size) >= _LARGE:
        chosen["flip"] = hp.Choice("flip", list(FLIPS))
    chosen["erasing"] = hp.Choice("erasing", [0.0, 0.25, 0.5])
    return chosen | _mix(hp, ["mixup", "cutmix"])


def _spectrograms(hp: Any, spec: InputSpec, labels: bool) -> dict[str, Any]:
    chosen = {
        "time_mask": hp.Choice("time_mask", [0.1, 0.2, 0.3]),
        "frequency_mask": hp.Choice("frequency_mask", [0.0, 0.1, 0.2]),
        "noise": hp.Choice("noise", [0.0, 0.05, 0.1]),
    }
    if labels:
        chosen["time_shift"] = hp.Choice("time_shift", [0.0, 0.1, 0.2])
    return chosen | _mix(hp, ["mixup"])


def _series(hp: Any, spec: InputSpec, labels: bool) -> dict[str, Any]:
    chosen = {
        "noise": hp.Choice("noise", [0.02, 0.05, 0.1]),
        "time_mask": hp.Choice("time_mask", [0.0, 0.1, 0.2]),
    }
    if labels:
        chosen["scaling"] = hp.Choice("scaling", [0.0, 0.1, 0.2])
        chosen["time_shift"] = hp.Choice("time_shift", [0.0, 0.1, 0.2])
    return chosen | _mix(hp, ["mixup"])


def _vectors(hp: Any, spec: InputSpec, labels: bool) -> dict[str, Any]:
    return {"noise": hp.Choice("noise", [0.02, 0.05, 0.1, 0.2])} | _mix(hp, ["mixup"])


def _tokens(hp: Any, spec: InputSpec, labels: bool) -> dict[str, Any]:
    return {"token_dropout": hp.Choice("token_dropout", [0.05, 0.1, 0.2])}


def _damage(hp: Any, kind: str) -> dict[str, Any]:
    if kind == "image":
        return {"erasing": hp.Choice("erasing", [0.25, 0.5])}
    return {"noise": hp.Choice("noise", [0.05, 0.1, 0.2])}


def _mix(hp: Any, ways: list[str]) -> dict[str, float]:
    way = hp.Choice("mix", ["none", *ways])
    return {"mixup": _MIXUP * (way == "mixup"), "cutmix": _CUTMIX * (way == "cutmix")}


_CHOOSERS = {
    "image": _images,
    "spectrogram": _spectrograms,
    "series": _series,
    "vector": _vectors,
    "tokens": _tokens,
}
