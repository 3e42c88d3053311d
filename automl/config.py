"""The whole of a search, as one frozen record.

The names are those of the command line, the Python API, the config file and
the report. Nothing heavy is imported here, so that a wrong flag is answered at
once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from automl.compression.ladder import BASE
from automl.compression.rule import Rule
from automl.data.options import ReadOptions
from automl.hardware.devices import CPU
from automl.hardware.environment import DeviceUse
from search_spaces.definition import Definition

#: What trains. Whatever it is, TensorFlow converts, compresses and verifies afterwards.
BACKENDS = ("tensorflow", "jax")
DEFAULT_TIME = 240.0
#: Epochs of a trial at most, where nobody says and the data is not small.
USUAL_EPOCHS = 30
#: What is written when nobody says.
DEFAULT_FORMATS = ("tflite", "tfjs")
AUTO = "auto"
#: How unequal classes are weighed; `automl.data.class_weights` says what they mean.
CLASS_WEIGHTS = (AUTO, "none", "balanced")
COLORS = (AUTO, "grey", "rgb")

#: Fields that hold several names.
SEVERAL = ("space", "objective", "compress", "export")
#: Fields that name the place or the manner of a run, not what it computes.
_NOT_COMPARED = frozenset(
    {"out", "workers", "accelerator", "devices_per_trial", "trials_per_device"}
    | {"ray", "ray_resources", "storage"}
)


@dataclass(frozen=True)
class Constraints:
    """Upper bounds on a candidate's cost; None means no bound.

    Attributes:
        max_size: Bytes of the artifact in the smallest planned recipe.
        max_latency: Milliseconds of one inference on this machine.
        max_flops: Floating-point operations of one inference.
        max_params: Number of weights.
        max_gzip_size: Bytes of the same artifact gzipped.
        max_ram: Bytes of the interpreter's arena, at its fullest.
    """

    max_size: int | None = None
    max_latency: float | None = None
    max_flops: int | None = None
    max_params: int | None = None
    max_gzip_size: int | None = None
    max_ram: int | None = None


@dataclass(frozen=True)
class SearchConfig:
    """Everything that decides what a search does.

    Attributes:
        data: What to learn from: ``digits``, a path, or a registered source.
        reading: How the data is read: columns, sizes, kind of input.
        task: What is asked of the data; ``auto`` infers it.
        space: Search spaces, searched as one: registered names, import paths
            or ``.toml`` files; ``auto`` stands for those that suit the data.
        definitions: ``.toml`` file in `space` -> what it held when the search
            was begun.
        choices: Hyperparameter -> the only values to search.
        start_from: Folder of a run whose model's weights trials start with,
            where they fit; empty for none.
        oracle: Strategy that proposes candidates; ``auto`` picks one.
        objective: Objectives, the first of which ranks the trials; ``auto`` stands
            for the task's own metric and the size.
        constraints: Bounds that a candidate must keep before it is trained.
        trials: Trained trials at most; None for no such bound.
        time: Seconds for the whole command; None for no such bound.
        trial_time: Seconds for one trial at most, what it has learned by then counts;
            None for a third of the search's time, if that is bounded.
        epochs: Epochs of one trial at most; None for a number that gives small
            data enough steps.
        rungs: ``"off"``, or how many steps trials are trained in at most, of which
            only the most promising take the next, the last to all of `epochs`;
            ``"auto"`` decides.
        reduction: One of so many trials goes on from a rung, to so many times the
            epochs.
        subset: Share of the training examples that trials train on up to their first
            rung, with more of them on each further one and all on the last; ``"off"``
            for all from the start, ``"auto"`` for a part of large data only, as
            `automl.tuning.stages` says.
        finalists: Best trials, at most, that are trained again from other seeds after the
            search; 0 for none, None for as many as a fifth of the time allows.
        repeats: Trainings of each finalist; None for two or three.
        compress: Recipes to try, by name; ``auto`` tries those of
            `automl.compression.ladder`, as far as the time goes.
        own_recipes: Recipes that came from a file, name -> record.
        max_accuracy_drop: How much worse than the best float32 file the one that
            ships may be, as `automl.compression.choosing.Rule` says.
        prefer: What is best among the files that are good enough, one of
            `automl.compression.choosing.PREFERENCES`.
        export: Formats to write; ``auto`` writes `DEFAULT_FORMATS`, as far as
            what was asked for can be written so.
        learn: Whether what finished runs found is kept on this machine, and gives
            later runs on the same kind of data their first guesses.
        fresh: Whether to begin without what earlier runs found.
        seed: Seeds the splits, the oracle and every trial.
        test: Share of the examples kept for the one final test, or DATA of its own.
        validation: Share of the rest that ranks candidates, or DATA of its own.
        class_weights: ``"balanced"`` weighs the examples of rare classes up,
            ``"none"`` all alike, ``"auto"`` decides by how unequal they are.
        workers: Worker processes; ``"auto"`` for as many as cores and memory allow, 0
            runs everything in this process, for debugging.
        backend: Keras backend that trials are trained on, one of `BACKENDS`.
        accelerator: Kind of device that trials are trained on, one of
            `automl.hardware.accelerator.KINDS`.
        precision: What they are trained with, one of
            `automl.hardware.precision.PRECISIONS`.
        devices_per_trial: Devices that one model is trained on.
        trials_per_device: Trials at most that share a device.
        ray: Ray cluster that trains: ``"local"``, ``"auto"`` or its address; empty for
            none.
        ray_resources: What a trial takes of it, as
            `automl.execution.cluster.resources` reads it; empty for a CPU, and the
            devices that there are.
        storage: URI of a folder through which files pass between machines; empty to
            send them through Ray.
        out: Folder of the run.
    """

    data: str
    reading: ReadOptions = field(default_factory=ReadOptions)
    task: str = AUTO
    space: tuple[str, ...] = (AUTO,)
    definitions: dict[str, dict[str, Any]] = field(default_factory=dict)
    choices: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    start_from: str = ""
    oracle: str = "auto"
    objective: tuple[str, ...] = (AUTO,)
    constraints: Constraints = field(default_factory=Constraints)
    trials: int | None = None
    time: float | None = DEFAULT_TIME
    trial_time: float | None = None
    epochs: int | None = None
    rungs: str | int = AUTO
    reduction: int = 3
    subset: str | float = AUTO
    finalists: int | None = None
    repeats: int | None = None
    compress: tuple[str, ...] = (AUTO,)
    own_recipes: dict[str, dict[str, Any]] = field(default_factory=dict)
    max_accuracy_drop: float | None = None
    prefer: str = AUTO
    export: tuple[str, ...] = (AUTO,)
    learn: bool = True
    fresh: bool = False
    seed: int = 0
    test: float | str = 0.2
    validation: float | str = 0.2
    class_weights: str = AUTO
    workers: int | str = 1
    backend: str = "tensorflow"
    accelerator: str = AUTO
    precision: str = AUTO
    devices_per_trial: int = 1
    trials_per_device: int = 1
    ray: str = ""
    ray_resources: str = ""
    storage: str = ""
    out: str = ""

    def __post_init__(self) -> None:
        from automl.config_checks import check_config  # It reads this module's constants.

        check_config(self)

    @property
    def read_options(self) -> ReadOptions:
        """How the data is read, the task included."""
        return replace(self.reading, task=self.task)

    @property
    def recipes(self) -> tuple[str, ...]:
        """The recipes to try on every chosen model, with ``auto`` spelled out."""
        if AUTO in self.compress:
            return BASE
        return ("float32",) if self.compress == ("none",) else self.compress

    @property
    def rule(self) -> Rule:
        """What is wanted of the file that ships."""
        return Rule(self.max_accuracy_drop, self.prefer)

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats to write, with ``auto`` spelled out."""
        return DEFAULT_FORMATS if AUTO in self.export else self.export

    @property
    def device_use(self) -> DeviceUse:
        """How devices are shared out to trials."""
        kind = CPU if self.accelerator == AUTO else self.accelerator
        return DeviceUse(self.backend, kind, self.devices_per_trial, self.trials_per_device)

    @property
    def entries(self) -> tuple[str | Definition, ...]:
        """The spaces as `search_spaces.making` takes them."""
        return tuple(
            Definition.from_dict(self.definitions[name], name) if name in self.definitions else name
            for name in self.space
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        record = asdict(replace(self, reading=replace(self.reading, progress=None)))
        del record["reading"]["progress"], record["reading"]["task"]
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> SearchConfig:
        """Builds the configuration that `to_dict` wrote."""
        values = dict(record)
        reading = dict(values.get("reading", {}))
        if "input" in values:  # A run of the first versions.
            reading["input"] = values.pop("input")
        for name in ("target", "image_size"):
            if reading.get(name) is not None:
                reading[name] = tuple(reading[name])
        values["reading"] = ReadOptions(**reading)
        values["constraints"] = Constraints(**values.get("constraints", {}))
        for name in SEVERAL:
            several = values.get(name, (AUTO,))
            values[name] = (several,) if isinstance(several, str) else tuple(several)
        values["choices"] = {key: tuple(chosen) for key, chosen in values["choices"].items()}
        return cls(**values)

    def differences(self, other: SearchConfig) -> list[str]:
        """Returns one ``name: mine -> other's`` line per field that matters."""
        mine, theirs = _flat(self.to_dict()), _flat(other.to_dict())
        return [
            f"{name.removeprefix('reading.')}: {shown(mine.get(name))} -> {shown(theirs.get(name))}"
            for name in sorted(mine.keys() | theirs.keys())
            if name.partition(".")[0] not in _NOT_COMPARED and mine.get(name) != theirs.get(name)
        ]


def _flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = list(value) if isinstance(value, tuple) else value
    return flat


def shown(value: Any) -> str:
    """Returns a value as a person would write it."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "not set" if value is None else str(value)
