"""The role of a step: one thing that is done to a model on its way to a file.

A step is a frozen dataclass of JSON-ready fields. There are three kinds, in the
order in which a recipe holds them: model steps change the Keras model and train
it on, one quantize step says how the converter stores and computes, and byte
steps rewrite the file without changing one output bit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from automl.errors import UserInputError

if TYPE_CHECKING:
    import keras

    from automl.execution.fit_data import FitData
    from search_spaces import Signature
    from search_spaces.training.recipe import Recipe as Training


class Step(ABC):
    """A frozen dataclass that is registered in `automl.registry.STEPS` under its `name`.

    Its fields have defaults, are plain values or tuples of them, and are checked
    in ``__post_init__``, which raises `UserInputError`. Nothing heavy is imported
    by its module.
    """

    #: Name in the registry, in TOML files and in the report.
    name: ClassVar[str]
    #: Where it stands in a recipe: 0 changes the model, 1 quantizes, 2 rewrites bytes.
    stage: ClassVar[int]

    @property
    def summary(self) -> str:
        """What it does, in a few words of a row of a table: ``prune 80%``."""
        given = ", ".join(f"{key} {value}" for key, value in self.to_dict().items())
        return given.removeprefix("step ")

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready record, ``step`` first, that `from_dict` reads back."""
        values: dict[str, Any] = asdict(self)  # type: ignore[call-overload]
        listed = {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}
        return {"step": self.name, **listed}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Builds the step of a record; missing fields take their defaults.

        Raises:
            UserInputError: If a field is unknown or its value makes no sense.
        """
        known = {field.name for field in fields(cls)}  # type: ignore[arg-type]
        values = {key: value for key, value in record.items() if key != "step"}
        unknown = sorted(values.keys() - known)
        if unknown:
            raise UserInputError(
                f"The step {cls.name!r} has no {', '.join(unknown)}."
                f" It has: {', '.join(sorted(known)) or 'nothing to set'}."
            )
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


@dataclass(frozen=True)
class Claim:
    """What a step says of one kernel, to be read back from the file.

    Attributes:
        layer: Name of the Keras layer.
        kind: ``"sparsity"``, the least share of zeros; ``"two_four"``, the least
            share of groups of four that hold two zeros or more; ``"clusters"``, the
            most distinct values of one output channel.
        shape: Shape of the kernel in Keras; a file is searched for a constant of
            as many elements.
        value: The number that the Keras model itself has.
    """

    layer: str
    kind: str
    shape: tuple[int, ...]
    value: float

    def __post_init__(self) -> None:
        if self.kind not in CLAIMS:
            raise ValueError(f"A claim is of {', '.join(CLAIMS)}. Received: kind={self.kind!r}")


CLAIMS = ("sparsity", "two_four", "clusters")


@dataclass(frozen=True, eq=False)
class StepContext:
    """What a model step is given beside the model; it lives in a worker process.

    Attributes:
        train: What the searched model was trained on: `x` after the front,
            count x space input shape, `y` the task's training targets, `weights`.
        validation: The same to validate on.
        signature: Input and target of the searched model.
        training: How the trial was trained: optimizer, rate, batch size, ...
        epochs: Epochs the trial was trained for; a step's own default is a share of it.
        seed: Seeds everything random.
        deadline: Seconds since the Unix epoch after which no epoch is begun; None
            for no such bound.
        emit: Takes progress, ``{"epoch": from 0, "metrics": {...}}``.
        work: An empty folder for files of the step's own, inside the run.
        teachers: Returns the searched models (before front and tail, trained) of
            up to so many of the best trials, best first; they may be the model itself.
        build: Returns a fresh, compiled, untrained model of the trial's values,
            where the space can be built again.
        facts: Filled by the step with what the record of its outcome keeps, JSON-ready:
            what was reached, which layers it left alone and why.
    """

    train: FitData
    validation: FitData
    signature: Signature
    training: Training
    epochs: int
    seed: int
    work: Path
    deadline: float | None = None
    emit: Callable[[dict[str, Any]], None] = lambda message: None
    teachers: Callable[[int], list[keras.Model]] = lambda count: []
    build: Callable[[], keras.Model] | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def fit(
        self,
        model: keras.Model,
        epochs: int,
        *,
        rate: float = 1.0,
        callbacks: Iterable[Any] = (),
        keep_best: bool = True,
    ) -> Any:
        """Trains a searched model on, by all that its trial's recipe says.

        Args:
            model: A model of the signature; it is compiled anew.
            epochs: Epochs at most; the schedule is stretched over them.
            rate: Factor on the trial's learning rate.
            callbacks: Called after the schedule's own, e.g. one that masks weights.
            keep_best: Whether the weights of the epoch with the lowest validation
                loss are put back; not where an early epoch is another model than
                the last, as in pruning.

        Returns:
            The `keras.callbacks.History`.

        Raises:
            CompressionError: If the loss was not finite in any epoch.
        """
        from automl.compression.finetuning import fine_tune

        return fine_tune(model, self, epochs, rate=rate, callbacks=callbacks, keep_best=keep_best)


class ModelStep(Step):
    """A step that changes the Keras model. Works in a worker process, once for each trial."""

    stage: ClassVar[int] = 0

    @abstractmethod
    def apply(self, model: keras.Model, context: StepContext) -> keras.Model:
        """Returns the changed model, trained on where it needs that.

        Args:
            model: The searched model, trained: one input (after the front), the
                task's own output (before the tail). It is the step's own copy.
            context: Data, seeds, time.

        Returns:
            A functional Keras model of the same input and output shapes, made of
            layers that Keras itself or `search_spaces` has, that loads in safe mode.

        Raises:
            CompressionError: If the model cannot be treated; the message names the layer.
        """

    def claims(self, model: keras.Model) -> list[Claim]:
        """Returns what is to be read back from the file of a model that `apply` returned."""
        return []
