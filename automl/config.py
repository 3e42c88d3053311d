"""The whole of a search, as one frozen record.

The names are those of the command line, the Python API, the config file and
the report. Nothing heavy is imported here, so that a wrong flag is answered at
once.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from automl import registry
from automl.errors import UserInputError
from automl.units import parse_count, parse_duration, parse_latency, parse_size
from search_spaces import SPACES
from search_spaces.definition import Definition, read_definition
from search_spaces.registry import nearest
from search_spaces.signature import INPUT_KINDS

OBJECTIVES = ("val_accuracy", "val_loss", "size", "gzip_size", "latency", "flops", "params")
BACKENDS = ("tensorflow",)
DEFAULT_TIME = 240.0
#: What is written when nobody says.
DEFAULT_FORMATS = ("tflite", "tfjs")
AUTO = "auto"
PRETRAINED = "pretrained"
#: How a space's file is told from a name.
DEFINITION_SUFFIX = ".toml"

#: Fields that name the place or the manner of a run, not what it computes.
_NOT_COMPARED = frozenset({"out", "workers"})


@dataclass(frozen=True)
class Constraints:
    """Upper bounds on a candidate's cost; None means no bound.

    Attributes:
        max_size: Bytes of the artifact in the smallest planned recipe.
        max_latency: Milliseconds of one inference on this machine.
        max_flops: Floating-point operations of one inference.
        max_params: Number of weights.
    """

    max_size: int | None = None
    max_latency: float | None = None
    max_flops: int | None = None
    max_params: int | None = None


@dataclass(frozen=True)
class SearchConfig:
    """Everything that decides what a search does.

    Attributes:
        data: What to learn from: ``digits``, a path, or a registered source.
        input: What arrays are, one of `search_spaces.signature.INPUT_KINDS`;
            ``auto`` tells vectors and images by their shape.
        task: What is asked of the data; ``auto`` infers it.
        space: Search spaces, searched as one: registered names, import paths
            or ``.toml`` files; ``auto`` stands for those that suit the data.
        definitions: ``.toml`` file in `space` -> what it held when the search
            was begun.
        choices: Hyperparameter -> the only values to search.
        start_from: Folder of a run whose model's weights trials start with,
            where they fit; empty for none.
        oracle: Strategy that proposes candidates; ``auto`` picks one.
        objective: Objectives, the first of which ranks the trials.
        constraints: Bounds that a candidate must keep before it is trained.
        trials: Trained trials at most; None for no such bound.
        time: Seconds for the whole command; None for no such bound.
        epochs: Epochs of one trial at most.
        compress: Recipes to try; ``auto`` tries all.
        export: Formats to write; ``auto`` writes `DEFAULT_FORMATS`, as far as
            what was asked for can be written so.
        seed: Seeds the splits, the oracle and every trial.
        test: Share of the examples kept for the one final test.
        validation: Share of the rest that ranks candidates.
        workers: Worker processes; 0 runs everything in this process, for
            debugging.
        backend: Keras backend of the workers.
        out: Folder of the run.
    """

    data: str
    input: str = AUTO
    task: str = AUTO
    space: tuple[str, ...] = (AUTO,)
    definitions: dict[str, dict[str, Any]] = field(default_factory=dict)
    choices: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    start_from: str = ""
    oracle: str = "auto"
    objective: tuple[str, ...] = ("val_accuracy", "size")
    constraints: Constraints = field(default_factory=Constraints)
    trials: int | None = None
    time: float | None = DEFAULT_TIME
    epochs: int = 30
    compress: tuple[str, ...] = (AUTO,)
    export: tuple[str, ...] = (AUTO,)
    seed: int = 0
    test: float = 0.2
    validation: float = 0.2
    workers: int = 1
    backend: str = "tensorflow"
    out: str = ""

    def __post_init__(self) -> None:
        self._check_names()
        self._check_numbers()

    def _check_names(self) -> None:
        for name, known in (("task", registry.TASKS), ("oracle", registry.ORACLES)):
            if getattr(self, name) != AUTO:
                known.path(getattr(self, name))
        self._check_spaces()
        _one_of(self.input, (AUTO, *INPUT_KINDS), "input kind")
        for recipe in self.recipes:
            registry.RECIPES.path(recipe)
        for format_ in self.formats:
            registry.EXPORTERS.path(format_)
        if not self.export:
            raise UserInputError("At least one export format is needed. Received: none.")
        if not self.objective:
            raise UserInputError("At least one objective is needed. Received: none.")
        for objective in self.objective:
            _one_of(objective, OBJECTIVES, "objective")
        if not self.objective[0].startswith("val_"):
            raise UserInputError(
                "The first objective ranks trained models and must be a validation metric"
                f" (val_accuracy, val_loss). Received: {self.objective[0]!r}. Put it first."
            )
        _one_of(self.backend, BACKENDS, "backend")

    def _check_spaces(self) -> None:
        if not self.space:
            raise UserInputError("At least one space is needed. Received: none.")
        for name in self.space:
            if name in self.definitions:
                SPACES.path(self.definitions[name]["base"])
            elif name != AUTO:
                SPACES.path(name)
        for name in self.space:
            if self.space.count(name) > 1:
                raise UserInputError(f"Each space is named once. Received: {name!r} twice.")

    def _check_numbers(self) -> None:
        for name, least in (("trials", 1), ("epochs", 1), ("workers", 0)):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or value < least):
                raise UserInputError(
                    f"--{name} must be a whole number from {least}. Received: {value!r}."
                )
        if self.time is not None and not self.time > 0:
            raise UserInputError(f"--time must be above zero. Received: {self.time!r}.")
        if self.trials is None and self.time is None:
            raise UserInputError("A search needs an end: give --trials, --time or both.")
        for name in ("test", "validation"):
            if not 0 < getattr(self, name) < 0.9:
                raise UserInputError(
                    f"--{name} is a share of the data between 0 and 0.9."
                    f" Received: {getattr(self, name)!r}."
                )
        if not isinstance(self.seed, int) or not 0 <= self.seed < 2**31:
            raise UserInputError(
                f"--seed is a whole number from 0 to 2^31. Received: {self.seed!r}."
            )

    @property
    def recipes(self) -> tuple[str, ...]:
        """The recipes to try, with ``auto`` spelled out."""
        if AUTO in self.compress:
            return registry.RECIPES.names()
        return ("float32",) if self.compress == ("none",) else self.compress

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats to write, with ``auto`` spelled out."""
        return DEFAULT_FORMATS if AUTO in self.export else self.export

    @property
    def entries(self) -> tuple[str | Definition, ...]:
        """The spaces as `search_spaces.making` takes them."""
        return tuple(
            Definition.from_dict(self.definitions[name], name) if name in self.definitions else name
            for name in self.space
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> SearchConfig:
        """Builds the configuration that `to_dict` wrote."""
        values = dict(record)
        values["constraints"] = Constraints(**values.get("constraints", {}))
        for name in _SEVERAL:
            several = values.get(name, (AUTO,))
            values[name] = (several,) if isinstance(several, str) else tuple(several)
        values["choices"] = {key: tuple(chosen) for key, chosen in values["choices"].items()}
        return cls(**values)

    def differences(self, other: SearchConfig) -> list[str]:
        """Returns one ``name: mine -> other's`` line per field that matters."""
        mine, theirs = _flat(self.to_dict()), _flat(other.to_dict())
        return [
            f"{name}: {_shown(mine.get(name))} -> {_shown(theirs.get(name))}"
            for name in sorted(mine.keys() | theirs.keys())
            if name.partition(".")[0] not in _NOT_COMPARED and mine.get(name) != theirs.get(name)
        ]


_READERS: dict[str, Any] = {
    "max_size": parse_size,
    "max_latency": parse_latency,
    "max_flops": parse_count,
    "max_params": parse_count,
    "time": parse_duration,
}
_SEVERAL = ("space", "objective", "compress", "export")


def make_config(data: str, options: Mapping[str, Any]) -> SearchConfig:
    """Builds a configuration from words: what a flag, a keyword or TOML gave.

    Args:
        data: The DATA argument.
        options: Field name -> value; a constraint may stand beside the other
            fields, and so may ``freeze`` (hyperparameter -> its one value) and
            ``pretrained`` (whether to search the space of that name too). None
            stands for "not given" (for `time`, give ``"none"`` to search
            without a time bound).

    Raises:
        UserInputError: If a name is unknown or a value cannot be read.
    """
    known = {f.name for f in fields(SearchConfig)} - {"data", "constraints", "definitions"}
    known |= {"freeze", PRETRAINED}
    bounds = {f.name for f in fields(Constraints)}
    values: dict[str, Any] = {}
    constraints: dict[str, Any] = {}
    for name, value in options.items():
        if name not in known | bounds:
            raise UserInputError(f"Unknown option {name!r}.{nearest(name, known | bounds)}")
        if value is None or value == () or name in ("freeze", PRETRAINED):
            continue
        if name == "time" and str(value) == "none":
            values[name] = None
        elif name in bounds:
            constraints[name] = _READERS[name](value, name.replace("_", "-"))
        elif name in _READERS:
            values[name] = _READERS[name](value, name)
        elif name in _SEVERAL:
            values[name] = (value,) if isinstance(value, str) else tuple(value)
        elif name == "choices":
            values[name] = _read_choices(value)
        else:
            values[name] = str(value) if isinstance(value, Path) else value
    if values.get("trials") is not None:
        values.setdefault("time", None)  # A count alone is a complete budget.
    if frozen := read_freeze(options.get("freeze") or {}):
        values["choices"] = _joined(values.get("choices", {}), frozen)
    if options.get(PRETRAINED):
        values["space"] = tuple(dict.fromkeys((PRETRAINED, *values.get("space", (AUTO,)))))
    values["definitions"] = read_definitions(values.get("space", ()))
    return SearchConfig(data=data, constraints=Constraints(**constraints), **values)


def read_definitions(spaces: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Returns what the ``.toml`` files among names of spaces hold, JSON-ready.

    Raises:
        UserInputError: If one cannot be read or defines no space.
    """
    return {
        name: json.loads(json.dumps(read_definition(name).to_dict(), default=str))
        for name in spaces
        if name.endswith(DEFINITION_SUFFIX)
    }


def read_config_file(path: str | Path) -> dict[str, Any]:
    """Reads a TOML file of options, named as on the command line.

    Raises:
        UserInputError: If the file is missing or not TOML.
    """
    try:
        record = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserInputError(
            f"--config must be a readable file. Received: {path} ({error})."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserInputError(f"--config must be a TOML file. {path}: {error}.") from error
    return {name.replace("-", "_"): value for name, value in record.items()}


def narrowed(choices: Any, freeze: Any) -> dict[str, tuple[Any, ...]]:
    """Returns hyperparameter -> options left, from the words of ``choices`` and ``freeze``.

    Raises:
        UserInputError: If one cannot be read, or both speak of one hyperparameter.
    """
    return _joined(_read_choices(choices or {}), read_freeze(freeze or {}))


def read_freeze(value: Any) -> dict[str, tuple[Any, ...]]:
    """Reads ``{"block": "plain"}`` or ``["block=plain"]``: one option for each key.

    Raises:
        UserInputError: If a key has no value, or more than one.
    """
    frozen: dict[str, tuple[Any, ...]] = {}
    pairs = value.items() if isinstance(value, Mapping) else map(_key_and_value, _listed(value))
    for key, chosen in pairs:
        if isinstance(chosen, list | tuple) and len(chosen) != 1:
            raise UserInputError(
                f"--freeze gives a hyperparameter one value. Received: {key}={_shown(chosen)}."
                " --choices leaves several."
            )
        option = chosen[0] if isinstance(chosen, list | tuple) else chosen
        if frozen.get(key, (option,)) != (option,):
            raise UserInputError(
                f"--freeze gives a hyperparameter one value. Received: {key}={frozen[key][0]}"
                f" and {key}={option}."
            )
        frozen[key] = (option,)
    return frozen


def _listed(value: Any) -> Iterable[Any]:
    return [value] if isinstance(value, str) else value


def _key_and_value(text: str) -> tuple[str, Any]:
    key, equals, value = str(text).partition("=")
    if not (key.strip() and equals and value.strip()):
        raise UserInputError(f"--freeze must be KEY=VALUE. Received: {text!r}.")
    if "," in value:
        raise UserInputError(
            f"--freeze gives a hyperparameter one value. Received: {text!r}."
            f" --choices {key.strip()}=A,B leaves several."
        )
    return key.strip(), _literal(value.strip())


def _joined(
    choices: dict[str, tuple[Any, ...]], frozen: dict[str, tuple[Any, ...]]
) -> dict[str, tuple[Any, ...]]:
    for key in frozen:
        if key in choices:
            raise UserInputError(
                f"{key!r} is narrowed once, by --freeze or by --choices. Received:"
                f" --freeze {key}={frozen[key][0]} and --choices {key}={_shown(choices[key])}."
            )
    return {**choices, **frozen}


def _read_choices(value: Any) -> dict[str, tuple[Any, ...]]:
    """Reads ``{"block": ["plain"]}`` or ``["block=plain,separable"]``; a later key adds to it."""
    pairs = value.items() if isinstance(value, Mapping) else map(_key_and_options, _listed(value))
    choices: dict[str, tuple[Any, ...]] = {}
    for key, chosen in pairs:
        several = isinstance(chosen, list | tuple)
        choices[key] = choices.get(key, ()) + (tuple(chosen) if several else (chosen,))
    return choices


def _key_and_options(text: str) -> tuple[str, tuple[Any, ...]]:
    key, equals, values = str(text).partition("=")
    if not (key and equals and values):
        raise UserInputError(f"--choices must be KEY=A,B. Received: {text!r}.")
    return key.strip(), tuple(_literal(value.strip()) for value in values.split(","))


def _literal(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _one_of(value: str, known: tuple[str, ...], name: str) -> None:
    if value not in known:
        raise UserInputError(
            f"Unknown {name} {value!r}.{nearest(value, known)} Known: {', '.join(known)}."
        )


def _flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = list(value) if isinstance(value, tuple) else value
    return flat


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "not set" if value is None else str(value)
