"""What `automl spaces` says of each space: what it takes and what it ships as."""

from __future__ import annotations

import math
from typing import Any

from .inputs import parse_input

#: What each space is asked about: the smallest usual input of each kind.
KINDS = ("image:28x28x1", "spectrogram:49x40", "series:64x6", "tokens:32:1000", "vector:13")


def listed_spaces() -> list[dict[str, Any]]:
    """Returns a record of each registered space, and of the automatic choice among them."""
    from search_spaces import SPACES

    return [*(_listed(name, SPACES.get(name)) for name in SPACES.names()), _listed_auto()]


def _listed(name: str, space: Any) -> dict[str, Any]:
    from search_spaces import Signature, TargetSpec
    from search_spaces.limits import TARGETS

    inputs: list[str] = []
    refused: set[str] = set()
    for text in KINDS:
        spec = parse_input(text)
        # A space is for one question: the first that it answers.
        rebuilt = TargetSpec("reconstruction", math.prod(spec.shape))
        for target in (TargetSpec("classification", 10), rebuilt):
            signature = Signature(spec, target)
            if space.accepts(signature) is None:
                made = space(signature)
                refused |= {out.target for out in made.limited if not out.name}
                inputs.append(spec.kind)
                break
    return {
        "name": name,
        "summary": space.summary,
        "inputs": inputs,
        "targets": [target for target in TARGETS if target not in refused],
    }


def _listed_auto() -> dict[str, Any]:
    from search_spaces import Signature, TargetSpec
    from search_spaces.limits import TARGETS
    from search_spaces.making import AUTO
    from search_spaces.spaces.auto import suited

    spaces = {
        spec.kind: suited(Signature(spec, TargetSpec("classification", 10)))
        for spec in map(parse_input, KINDS)
    }
    meant = "; ".join(f"{kind}: {' + '.join(names)}" for kind, names in spaces.items())
    return {
        "name": AUTO,
        "summary": f"the spaces that suit the data, together, by its kind and size ({meant})",
        "inputs": list(spaces),
        "targets": list(TARGETS),
    }
