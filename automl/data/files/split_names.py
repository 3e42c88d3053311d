"""What people call the folders and marks of training, validation and test."""

from __future__ import annotations

_NAMES = {
    "train": ("train", "training", "trn", "tr"),
    "validation": ("val", "valid", "validation", "dev", "development", "eval", "evaluation"),
    "test": ("test", "testing", "tst", "holdout", "heldout"),
}
_SPLIT_OF = {name: split for split, names in _NAMES.items() for name in names}
#: What names are followed by: ``training_set``, ``test-images``.
_ENDINGS = ("set", "data", "dataset", "split", "images", "samples", "files")


def split_named(name: str) -> str:
    """Returns ``"train"``, ``"validation"`` or ``"test"`` if that is what a name means, or ``""``.

    Upper case, ``_``, ``-`` and blanks make no difference: ``Training_Set`` is
    the training split.
    """
    plain = "".join(letter for letter in name.lower() if letter not in "_- ")
    if plain in _SPLIT_OF:
        return _SPLIT_OF[plain]
    for ending in _ENDINGS:
        if plain.endswith(ending) and plain.removesuffix(ending) in _SPLIT_OF:
            return _SPLIT_OF[plain.removesuffix(ending)]
    return ""
