"""Which of a set's features are fed and which are learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl.data.options import ReadOptions
from automl.errors import UserInputError

#: What a feature is to a reader.
KINDS = ("image", "text", "audio", "array", "table")


@dataclass(frozen=True)
class Chosen:
    """The features that are read.

    Attributes:
        kind: What is fed, one of `KINDS`.
        inputs: Names of the features that are fed; several for a table only.
        target: Name of the feature that is learned; empty for none.
    """

    kind: str
    inputs: tuple[str, ...]
    target: str


def choose(info: Any, options: ReadOptions) -> Chosen:
    """Chooses features by what the set says of itself, or by ``--target``.

    Args:
        info: The `tensorflow_datasets.core.DatasetInfo`.
        options: ``target`` names what is learned.

    Raises:
        UserInputError: If the set does not say, or has no features that can be fed.
    """
    features = flat(info.features)
    if len(options.target) > 1:
        raise UserInputError(f"--target names one feature. Received: {', '.join(options.target)}.")
    inputs, target = _supervised(info.supervised_keys)
    if options.target:
        target = options.target[0]
        if target not in features:
            raise UserInputError(
                f"--target must be a feature of {info.name}: {_listed(features)}."
                f" Received: {target!r}."
            )
        inputs = tuple(name for name in inputs if name != target)
    if not target:
        target = _a_target(features)
    inputs = inputs or _inputs(features, target)
    unknown = [name for name in (*inputs, target) if name and name not in features]
    if unknown or not inputs:
        raise UserInputError(
            f"{info.name} does not say what is fed and what is learned. Its features:"
            f" {_listed(features)}. Name what is learned with --target."
        )
    return Chosen(_kind(features, inputs, info.name), inputs, target)


def flat(features: Any, prefix: str = "") -> dict[str, Any]:
    """Returns every feature by its path, e.g. ``"attributes/Smiling"``."""
    import tensorflow_datasets as tfds

    if not isinstance(features, tfds.features.FeaturesDict):
        return {prefix.rstrip("/"): features}
    found: dict[str, Any] = {}
    for name, feature in features.items():
        found |= flat(feature, f"{prefix}{name}/")
    return found


def kind_of(feature: Any) -> str:
    """Returns what a feature is: a kind, ``"number"``, ``"class"``, ``"classes"`` or ``""``."""
    import numpy as np
    import tensorflow_datasets as tfds

    if isinstance(feature, tfds.features.ClassLabel):
        return "class"
    if isinstance(feature, tfds.features.Image):
        return "image"
    if isinstance(feature, tfds.features.Audio):
        return "audio"
    if isinstance(feature, tfds.features.Text):
        return "text"
    if isinstance(feature, tfds.features.Sequence):
        return _of_sequence(feature)
    if not isinstance(feature, tfds.features.Tensor):
        return ""
    if np.dtype(feature.np_dtype).kind not in "uifb":
        return "text" if not feature.shape else ""
    if not feature.shape:
        return "number"
    return "array" if len(feature.shape) <= 3 else ""


def _of_sequence(feature: Any) -> str:
    import tensorflow_datasets as tfds

    inner = feature.feature
    if isinstance(inner, tfds.features.ClassLabel):
        return "classes"
    plain = isinstance(inner, tfds.features.Tensor) and kind_of(inner) in ("number", "array")
    return "array" if plain and len(inner.shape) <= 1 else ""


def _supervised(keys: Any) -> tuple[tuple[str, ...], str]:
    """Returns what is fed and what is learned, as far as the set says so plainly."""
    if keys is None or len(keys) < 2:
        return (), ""
    inputs, target = _names(keys[0]), _names(keys[1])
    return (inputs, target[0]) if len(target) == 1 else ((), "")


def _names(key: Any) -> tuple[str, ...]:
    if isinstance(key, str):
        return (key,)
    each = key.values() if hasattr(key, "values") else key
    return tuple(name for inner in each for name in _names(inner))


def _a_target(features: dict[str, Any]) -> str:
    """Returns the one feature that is a class or several."""
    kinds = {name: kind_of(feature) for name, feature in features.items()}
    for wanted in ("class", "classes"):
        found = [name for name, kind in kinds.items() if kind == wanted]
        if len(found) == 1:
            return found[0]
    return ""


def _inputs(features: dict[str, Any], target: str) -> tuple[str, ...]:
    """Returns the one feature of a picture, sound, text or array; or all that make a table."""
    kinds = {name: kind_of(feature) for name, feature in features.items() if name != target}
    for wanted in ("image", "audio", "text", "array"):
        found = tuple(name for name, kind in kinds.items() if kind == wanted)
        if len(found) == 1:
            return found
        if found and wanted != "text":
            return ()
    return tuple(name for name, kind in kinds.items() if kind in ("number", "class", "text"))


def _kind(features: dict[str, Any], inputs: tuple[str, ...], name: str) -> str:
    kinds = [kind_of(features[each]) for each in inputs]
    if len(kinds) == 1 and kinds[0] in KINDS:
        return kinds[0]
    if kinds and set(kinds) <= {"number", "class", "text"}:
        return "table"
    raise UserInputError(
        f"One picture, sound, text or array is fed, or a row of numbers and words. Received:"
        f" {', '.join(inputs)} of {name}."
    )


def _listed(features: dict[str, Any]) -> str:
    several = [f"{name} ({kind_of(each) or 'other'})" for name, each in features.items()]
    return ", ".join(several[:12]) + (", ..." if len(several) > 12 else "")
