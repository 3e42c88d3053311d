"""What the converter's refusals mean, in the words of the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from automl.errors import ConversionError
from automl.export.graph_defs import all_nodes
from automl.export.refusing import layer_names, layer_of

if TYPE_CHECKING:
    import keras

_OPERATOR = re.compile(r"'?tf\.(\w+)'? op is neither")
#: What to do instead, for operators that a Keras layer makes.
_ADVICE = {
    "Erf": "use another function, such as GELU in its tanh form",
    "Erfc": "use another function, such as GELU in its tanh form",
    "Igamma": "compute it in the preprocessing, before the model",
    "TensorListReserve": "build the model with a fixed number of steps",
}


def explained(error: ConversionError, model: keras.Model, frozen: Any) -> ConversionError:
    """Returns an error that names layer, operator and what to change, where that can be told.

    Args:
        error: What the conversion raised.
        model: The model.
        frozen: What `freeze` made of it.
    """
    found = _OPERATOR.search(str(error))
    if found is None:
        return error
    operator = found[1]
    layers = layer_names(model)
    names = [n.name for n in all_nodes(frozen.graph.as_graph_def()) if n.op == operator]
    layer = next((place for name in names if (place := layer_of(name, layers))), None)
    place = f"the layer {layer!r}" if layer else f"the model {model.name!r}"
    advice = _ADVICE.get(operator, "use another layer in its place")
    refused = str(error).partition(":")[0]
    return ConversionError(
        f"{refused}: it has no builtin operator {operator}, which {place} needs: {advice}, or"
        " allow TensorFlow's own operators (--flex), which need a larger runtime."
    )
