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
    builtin={
        "cnn": "search_spaces.spaces.cnn:CnnSpace",
        "mobile": "search_spaces.spaces.mobile:MobileSpace",
        "micro": "search_spaces.spaces.micro:MicroSpace",
        "transformer": "search_spaces.spaces.transformer:TransformerSpace",
        "hybrid": "search_spaces.spaces.hybrid:HybridSpace",
        "rnn": "search_spaces.spaces.rnn:RnnSpace",
        "tcn": "search_spaces.spaces.tcn:TcnSpace",
        "mlp": "search_spaces.spaces.mlp:MlpSpace",
        "autoencoder": "search_spaces.spaces.autoencoder:AutoencoderSpace",
        "pretrained": "search_spaces.spaces.pretrained:PretrainedSpace",
    },
)

BLOCKS = Registry(
    role="block",
    group="search_spaces.blocks",
    builtin={
        "plain": "search_spaces.blocks.plain:Plain",
        "separable": "search_spaces.blocks.separable:Separable",
        "residual": "search_spaces.blocks.residual:Residual",
        "inverted": "search_spaces.blocks.inverted:Inverted",
        "fused": "search_spaces.blocks.fused:Fused",
        "bottleneck": "search_spaces.blocks.bottleneck:Bottleneck",
        "convnext": "search_spaces.blocks.convnext:ConvNext",
        "dilated": "search_spaces.blocks.dilated:Dilated",
        "grouped": "search_spaces.blocks.grouped:Grouped",
        "parallel": "search_spaces.blocks.parallel:Parallel",
        "encoder": "search_spaces.blocks.encoder:Encoder",
        "recurrent": "search_spaces.blocks.recurrent:Recurrent",
        "temporal": "search_spaces.blocks.temporal:Temporal",
        "mixer": "search_spaces.blocks.mixer:Mixer",
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
