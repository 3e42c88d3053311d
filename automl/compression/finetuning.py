"""Trains a changed model on, as its trial was trained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from automl.errors import CompressionError

if TYPE_CHECKING:
    import keras

    from automl.compression.steps.base import StepContext


def fine_tune(
    model: keras.Model,
    context: StepContext,
    epochs: int,
    *,
    rate: float = 1.0,
    callbacks: Iterable[Any] = (),
    keep_best: bool = True,
) -> Any:
    """Trains a searched model by its trial's recipe, as `StepContext.fit` says.

    Raises:
        CompressionError: If the loss was not finite in any epoch.
    """
    import keras

    from automl.execution.fit_data import arguments
    from automl.execution.watch import EpochWatch, LastEpoch
    from search_spaces.training.compiling import compile_model
    from search_spaces.training.fitting import fit
    from search_spaces.training.schedule import steps_per_execution

    training = replace(
        context.training, learning_rate=context.training.learning_rate * rate, patience=0
    )
    compile_model(model, training, context.signature)
    keras.utils.set_random_seed(context.seed)
    steps = -(-len(context.train.x) // training.batch_size)
    # What is called after each batch must be: a mask that is only put on now and
    # then lets weights grow back in between.
    given = list(callbacks)
    each_batch = any(_hears_batches(callback) for callback in given)
    model.steps_per_execution = 1 if each_batch else steps_per_execution(training, steps, epochs)
    watch = (EpochWatch if keep_best else LastEpoch)(context.deadline, context.emit)
    (x, y), options = arguments(
        context.train, context.validation, training.batch_size, context.seed, plain=False
    )
    options["callbacks"] = [*options.get("callbacks", ()), *given, watch]
    history = fit(
        model,
        training,
        context.signature,
        x,
        y,
        epochs=epochs,
        **options,
        seed=context.seed,
        deadline=context.deadline,
        stopping=False,
        verbose=0,
    )
    model.steps_per_execution = 1
    if watch.best is None:
        raise CompressionError("the loss was not finite in any epoch of the fine-tuning")
    return history


def _hears_batches(callback: Any) -> bool:
    import keras

    return type(callback).on_train_batch_end is not keras.callbacks.Callback.on_train_batch_end
