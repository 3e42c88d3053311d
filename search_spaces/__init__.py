"""What can be built: search spaces made of blocks.

Importing this package imports neither Keras nor a backend; getting an entry
from `SPACES` or `BLOCKS` does.
"""

from search_spaces.errors import AutomlError, UnknownNameError, UnsuitableSpaceError, UserInputError
from search_spaces.registry import Registry
from search_spaces.signature import InputSpec, Signature, TargetSpec

SPACES = Registry(
    role="space",
    group="search_spaces.spaces",
    builtin={"cnn": "search_spaces.spaces.cnn:CnnSpace"},
)

BLOCKS = Registry(
    role="block",
    group="search_spaces.blocks",
    builtin={
        "plain": "search_spaces.blocks.plain:Plain",
        "separable": "search_spaces.blocks.separable:Separable",
        "residual": "search_spaces.blocks.residual:Residual",
        "inverted": "search_spaces.blocks.inverted:Inverted",
    },
)

__all__ = [
    "BLOCKS",
    "SPACES",
    "AutomlError",
    "InputSpec",
    "Registry",
    "Signature",
    "TargetSpec",
    "UnknownNameError",
    "UnsuitableSpaceError",
    "UserInputError",
]
