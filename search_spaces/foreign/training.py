"""Training a hypermodel as its author does."""

from __future__ import annotations

from typing import Any

import keras
import keras_tuner


def fit(
    hypermodel: keras_tuner.HyperModel,
    hp: Any,
    model: Any,
    *args: Any,
    batch_size: int,
    **kwargs: Any,
) -> Any:
    """Trains by the author's own `fit`, if there is one, which sets its own batch size.

    Args:
        hypermodel: What built the model.
        hp: The configuration.
        model: The compiled model.
        args: Inputs and targets.
        batch_size: For a hypermodel without a `fit` of its own.
        kwargs: What `keras.Model.fit` takes.

    Returns:
        What `fit` returned.
    """
    for name in ("seed", "deadline", "stopping"):
        kwargs.pop(name, None)  # Words of our own recipes.
    if (until := kwargs.pop("until", None)) is not None:
        kwargs["epochs"] = until
    if can_pause(hypermodel):
        return model.fit(*args, batch_size=batch_size, **kwargs)
    kwargs.pop("validation_batch_size", None)
    counter = _EpochCounter()
    callbacks = list(kwargs.pop("callbacks", None) or ())
    result = hypermodel.fit(hp, model, *args, callbacks=[*callbacks, counter], **kwargs)
    if not counter.epochs:
        _judge(model, callbacks, kwargs.get("validation_data"))
    return result


def can_pause(hypermodel: keras_tuner.HyperModel) -> bool:
    """Returns whether a training can be paused and gone on with: one of Keras' own can."""
    return type(hypermodel).fit is keras_tuner.HyperModel.fit


class _EpochCounter(keras.callbacks.Callback):
    """Tells whether a training loop calls callbacks."""

    epochs = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epochs += 1


def _judge(model: Any, callbacks: list[Any], validation: Any) -> None:
    """Tells callbacks that the author's loop did not call how the model does at its end."""
    if validation is None:
        return
    found = model.evaluate(*validation, verbose=0, return_dict=True)
    logs = {f"val_{name}": float(value) for name, value in found.items()}
    for callback in callbacks:
        callback.set_model(model)
        callback.on_epoch_end(0, logs)
