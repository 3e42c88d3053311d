"""Trains a compiled model by its recipe."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from search_spaces.errors import UserInputError
from search_spaces.signature import InputSpec, Signature
from search_spaces.training.augmentation.augmenter import Augmenter
from search_spaces.training.batches import (
    AugmentedBatches,
    Batches,
    Changed,
    EpochCounter,
    is_in_parts,
)
from search_spaces.training.compiling import loss_of
from search_spaces.training.labels import one_hot, smoothed
from search_spaces.training.recipe import Recipe
from search_spaces.training.rescaling import rescale, rescaled_twin
from search_spaces.training.schedule import Schedule

#: Bytes of inputs up to which small numbers become the input's type at once, not by batches.
MOST_CONVERTED = 256_000_000


def fit(
    model: Any,
    recipe: Recipe,
    signature: Signature,
    x: Any = None,
    y: Any = None,
    batch_size: int | None = None,
    epochs: int = 1,
    *,
    validation_data: Any = None,
    validation_split: float = 0.0,
    sample_weight: Any = None,
    shuffle: bool = True,
    callbacks: Iterable[Any] | None = None,
    seed: int | None = None,
    deadline: float | None = None,
    stopping: bool = True,
    initial_epoch: int = 0,
    until: int | None = None,
    placed: Callable[[Batches, Any], Any] | None = None,
    **options: Any,
) -> Any:
    """Trains a model that `compile_model` compiled, by all that its recipe says.

    A fit may be made in parts: what a batch holds depends on the seed, the epoch
    and the batch's number alone, and the learning rate on the epoch, so that one
    with `until` and, of its state (`search_spaces.training.state`), another with
    `initial_epoch` and the same seed give what one fit to the end gives.

    Arrays get the batch size, schedule, augmentation, label smoothing and patience
    of the recipe, and so do examples in parts (`search_spaces.training.batches`),
    which are never read whole. Small whole numbers become the input's type, batch
    by batch where they are many. Validation data is never augmented, nor its labels smoothed, so
    losses of all recipes compare. A dataset object (`tf.data`,
    `keras.utils.PyDataset`, a generator) brings its own batches and gets schedule
    and patience only. Where class labels are in a dataset object, be it for
    validation, the model is set to plain labels as they are there: smoothing,
    mixup and cutmix are left out. Reconstructions of standardized channels are
    compared in rescaled units where all targets are arrays, and so are their losses.

    Args:
        model: Compiled by the recipe.
        recipe: How it is trained.
        signature: Input and target.
        x: Raw inputs, (examples, *shape), in an array or in parts, or a dataset
            object.
        y: Class indices, (examples,), or probabilities, (examples, units);
            labels or numbers, (examples, units).
        batch_size: Examples per step instead of the recipe's.
        epochs: Epochs at most, which the schedule is stretched over.
        validation_data: (x, y), (x, y, sample weights) or a dataset object.
        validation_split: Share of the examples, the last ones, to validate on
            when there is no `validation_data`.
        sample_weight: A weight for each example, (examples,).
        shuffle: Whether each epoch of arrays has an order of its own.
        callbacks: Further callbacks, called after the recipe's own.
        seed: What order and augmentation are drawn from, from 0 on; None takes it from NumPy's
            generator, which `keras.utils.set_random_seed` sets.
        deadline: Seconds since the Unix epoch at which the caller's callbacks end
            the training; the schedule anneals towards it.
        stopping: Whether to stop by the recipe's patience and to put the best
            epoch's weights back, by validation loss; False where `callbacks` do.
        initial_epoch: Epochs that the model was trained for before.
        until: Epoch after which to pause; the schedule is stretched over
            `epochs` all the same. None for `epochs`.
        placed: Is given the batches of arrays that are not augmented, and the model, and
            returns what the model is fitted on instead; None to leave them.
        options: Further arguments of `keras.Model.fit`.

    Returns:
        The `keras.callbacks.History`.

    Raises:
        UserInputError: If class labels do not fit the signature.
    """
    data = _Data(x, y, sample_weight, validation_data)
    given: dict[str, Any] = {"batch_size": batch_size, **options}
    own: list[Any] = [
        Schedule(
            recipe.schedule,
            epochs,
            warmup=recipe.warmup,
            deadline=deadline,
            rate=recipe.learning_rate,
        )
    ]
    if data.in_arrays:
        data = data.typed(signature.input.dtype)
        given["batch_size"], given["shuffle"] = batch_size or recipe.batch_size, shuffle
        if validation_split and validation_data is None:
            data = data.split(validation_split)
    elif validation_split:
        given["validation_split"] = validation_split  # Keras splits it, or says why not.
    if signature.target.kind == "reconstruction" and signature.input.mean and data.is_all_arrays:
        model, data = rescaled_twin(model, signature.input), data.rescaled(signature.input)
    rules = recipe.augmentation
    if recipe.soft_labels and signature.target.kind == "classification":
        if data.is_all_arrays:
            data = data.soften(signature.target.units, recipe.label_smoothing)
        else:
            _expect_plain_labels(model, signature)
            rules = replace(rules, mixup=0.0, cutmix=0.0)
    if data.in_arrays:
        # Batches of our own: Keras' order of arrays cannot be gone on with.
        size = given.pop("batch_size")
        augmenter = Augmenter(rules, signature.input) if rules.active else None
        batches = data.batches(augmenter, signature.input.dtype, size, seed, shuffle)
        given["shuffle"] = False  # Keras would swap batches by Python's global generator.
        used = batches if placed is None or augmenter is not None else placed(batches, model)
        data = _Data(used, None, None, data.validation)
        own.append(EpochCounter(batches))
        given.setdefault("validation_batch_size", size)
    if data.validates_in_parts:
        size = given.pop("validation_batch_size", None) or given.get("batch_size") or 32
        data = data.validated_in_batches(signature.input.dtype, size)
    if stopping and data.validation is not None:
        wait = recipe.patience or epochs
        own.append(
            keras.callbacks.EarlyStopping("val_loss", patience=wait, restore_best_weights=True)
        )
    given |= {"sample_weight": data.weights, "validation_data": data.validation}
    return model.fit(
        data.x,
        data.y,
        epochs=epochs if until is None else min(until, epochs),
        initial_epoch=initial_epoch,
        callbacks=[*own, *(callbacks or ())],
        **{name: value for name, value in given.items() if value is not None},
    )


@dataclass(frozen=True)
class _Data:
    """What a fit is given: inputs, targets, sample weights, validation data.

    Targets and weights are None where the inputs are a dataset object.
    """

    x: Any
    y: Any
    weights: Any
    validation: Any

    @property
    def in_arrays(self) -> bool:
        """Whether inputs and targets are one array each."""
        return all(hasattr(each, "shape") for each in (self.x, self.y))

    @property
    def is_all_arrays(self) -> bool:
        """Whether all targets are at hand, to be made something else."""
        return self.in_arrays and isinstance(self.validation, (tuple, list, type(None)))

    @property
    def validates_in_parts(self) -> bool:
        """The same for validation data."""
        return isinstance(self.validation, (tuple, list)) and any(map(is_in_parts, self.validation))

    def typed(self, dtype: str) -> _Data:
        """Gives small numbers the type that a model takes, batch by batch if they are many."""
        validation = self.validation
        if isinstance(validation, (tuple, list)):
            validation = (_typed(validation[0], dtype), *validation[1:])
        return replace(self, x=_typed(self.x, dtype), validation=validation)

    def split(self, share: float) -> _Data:
        """Sets the last examples aside for validation, as Keras does."""
        count = int(len(self.x) * (1 - share))
        if not 0 < count < len(self.x):
            raise UserInputError(
                "`validation_split` must leave examples on both sides. Received:"
                f" {share} of {len(self.x)}"
            )
        total = len(self.x)
        parts = [each for each in (self.x, self.y, self.weights) if each is not None]
        x, y, *weights = (_between(each, 0, count) for each in parts)
        rest = tuple(_between(each, count, total) for each in parts)
        return _Data(x, y, weights[0] if weights else None, rest)

    def soften(self, units: int, smoothing: float) -> _Data:
        """Turns class indices into probabilities: smoothed to train on, plain to validate on."""
        validation = self.validation
        if isinstance(validation, (tuple, list)):
            x, y, *weights = validation
            validation = (x, one_hot(y, units), *weights)
        labels = smoothed(one_hot(self.y, units), smoothing)
        return replace(self, y=labels, validation=validation)

    def rescaled(self, spec: InputSpec) -> _Data:
        """Turns raw targets into rescaled ones."""
        validation = self.validation
        if isinstance(validation, (tuple, list)):
            x, y, *weights = validation
            validation = (x, _rescaled(y, spec), *weights)
        return replace(self, y=_rescaled(self.y, spec), validation=validation)

    def batches(
        self,
        augmenter: Augmenter | None,
        dtype: str,
        batch_size: int,
        seed: int | None,
        shuffle: bool,
    ) -> Batches:
        """Returns the training examples as batches, which an augmenter changes at every epoch."""
        weights = None if self.weights is None else _array(self.weights)
        options: dict[str, Any] = {
            "batch_size": batch_size,
            # NumPy's global generator is the one that keras.utils.set_random_seed sets.
            "seed": int(np.random.randint(2**31)) if seed is None else seed,
            "shuffle": shuffle,
            "dtype": dtype,
            # On JAX every size of a batch is compiled.
            "even": shuffle and keras.backend.backend() == "jax",
        }
        x, y = _readable(self.x), _readable(self.y)
        if augmenter is None:
            return Batches(x, y, weights, **options)
        return AugmentedBatches(augmenter, x, y, weights, **options)

    def validated_in_batches(self, dtype: str, batch_size: int) -> _Data:
        """Turns validation examples in parts into batches, in their order."""
        x, y, *weights = self.validation
        batches = Batches(
            _readable(x),
            _readable(y),
            _array(weights[0]) if weights and weights[0] is not None else None,
            batch_size=batch_size,
            shuffle=False,
            dtype=dtype,
        )
        return replace(self, validation=batches)


def _typed(x: Any, dtype: str) -> Any:
    """Returns an array of small numbers as the type, or in parts that will be where it is large."""
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "uif" or x.dtype.itemsize > 2:
        return x
    if x.size * np.dtype(dtype).itemsize <= MOST_CONVERTED:
        return x.astype(dtype)
    return Changed(x, lambda part: part.astype(dtype))


def _rescaled(y: Any, spec: InputSpec) -> Any:
    return Changed(y, lambda part: rescale(part, spec)) if is_in_parts(y) else rescale(y, spec)


def _between(data: Any, begin: int, end: int) -> Any:
    return data.take(np.arange(begin, end)) if is_in_parts(data) else data[begin:end]


def _readable(data: Any) -> Any:
    return data if is_in_parts(data) else _array(data)


def _expect_plain_labels(model: Any, signature: Signature) -> None:
    """Recompiles the model for class indices; its optimizer stays."""
    loss, metrics = loss_of(signature, soft=False)
    model.compile(
        optimizer=model.optimizer,
        loss=loss,
        metrics=metrics,
        steps_per_execution=model.steps_per_execution,
        run_eagerly=model.run_eagerly,
        jit_compile=model.jit_compile,
    )


def _array(data: Any) -> NDArray[Any]:
    if isinstance(data, np.ndarray):
        return data
    return np.asarray(keras.ops.convert_to_numpy(data))
