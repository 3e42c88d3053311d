"""Everything that a fit goes on from: weights, optimizer, seeds, random generators."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search_spaces.errors import UserInputError

_MODEL, _OPTIMIZER = "model", "optimizer"
_PYTHON, _NUMPY = "random/python", "random/numpy"

Arrays = dict[str, NDArray[Any]]


def state_of(model: Any) -> Arrays:
    """Returns what a model's training goes on from, as arrays by name.

    These are all variables, the seeds of dropout and noise among them, those of
    the optimizer, and the generators of Python and NumPy that somebody's own
    layers or callbacks may draw from. What a batch holds needs no state: it
    depends on the seed, the epoch and the batch's number alone
    (`search_spaces.training.batches`), as the learning rate does on the epoch.

    Args:
        model: A compiled model that was trained.
    """
    arrays = {
        f"{part}/{place}": _array(variable)
        for part, variables in _variables(model).items()
        for place, variable in enumerate(variables)
    }
    _, python, _ = random.getstate()
    _, keys, place, *_ = np.random.get_state()
    arrays[_PYTHON] = np.array(python, np.uint32)
    arrays[_NUMPY] = np.append(np.asarray(keys, np.uint32), np.uint32(place))
    return arrays


def restore(model: Any, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Makes a freshly built and compiled model what `state_of` saw.

    Raises:
        UserInputError: If it is the state of another model.
    """
    variables = {
        f"{part}/{place}": variable
        for part, found in _variables(model).items()
        for place, variable in enumerate(found)
    }
    shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
    kept = {name: each.shape for name, each in arrays.items() if "random/" not in name}
    if shapes != kept:
        raise UserInputError(
            "A fit goes on from a state of the same model."
            f" Received: {len(kept)} variables for {len(shapes)}, or other shapes."
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])
    python, numpy = arrays[_PYTHON], arrays[_NUMPY]
    random.setstate((3, tuple(int(number) for number in python), None))
    np.random.set_state(("MT19937", numpy[:-1], int(numpy[-1]), 0, 0.0))


def _variables(model: Any) -> dict[str, list[Any]]:
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    return {_MODEL: list(model.variables), _OPTIMIZER: list(model.optimizer.variables)}


def _array(variable: Any) -> NDArray[Any]:
    array = np.array(variable.numpy() if hasattr(variable, "numpy") else variable)
    # NumPy's files know no bfloat16; float32 holds it exactly.
    return array.astype(np.float32) if array.dtype.kind == "V" else array
