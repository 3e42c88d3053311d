"""What an exported file says of new data: raw file or text in, answer out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from automl.errors import UserInputError
from automl.preprocessing import usage
from automl.preprocessing.base import Encoder, Named, part_from
from automl.records.store import FILE_NAME as RUN_FILE
from automl.registry import TASKS
from automl.tasks.answer import Answer

#: Suffix or name of an exported file -> its format.
_FORMATS = {
    ".tflite": "tflite",
    "model.json": "tfjs",
    "saved_model.pb": "saved_model",
    ".keras": "keras",
    ".onnx": "onnx",
    "model.cc": "micro",
}
#: Characters that a path may have.
_LONGEST_PATH = 4096
#: Examples that are encoded and run at a time; where each run is a process of its own
#: that imports TensorFlow or the like, it is started as seldom as memory allows.
BATCH, BATCH_OF_PROCESS = 256, 4096


@dataclass(frozen=True)
class Prediction:
    """The answer for one example.

    Attributes:
        name: Which example: a file, a row, the beginning of a text.
        answer: What the task makes of the outputs.
        doubts: What of the example could not be read or was never learned from.
    """

    name: str
    answer: Answer
    doubts: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary."""
        doubts = {"doubts": list(self.doubts)} if self.doubts else {}
        return {"name": self.name, **self.answer.record, **doubts}


class Predictor:
    """An exported file with all that was written beside it.

    Args:
        path: A run's folder, whose chosen file is taken, or an exported file.

    Raises:
        UserInputError: If there is no such file, or nothing beside it says
            what to feed.
    """

    def __init__(self, path: str | Path) -> None:
        self.file = _exported_file(Path(path))
        self._record = _usage_of(self.file)
        self._encoder: Encoder | None = part_from(self._record.get("encoder"))
        self._data = usage.summary_of(self._record)
        self._task = TASKS.get(self._record["output"]["task"])()
        self._runtime = _runtime_for(self.file)

    def predict(self, arguments: Sequence[str]) -> Iterator[Prediction]:
        """Yields the answer for each example that the arguments name.

        Args:
            arguments: Files, folders or texts, as the encoder takes them.

        Raises:
            UserInputError: If one cannot be read.
            VerificationError: If the file cannot be run.
        """
        if self._encoder is None:
            raise UserInputError(
                f"{self.file} takes arrays of shape {tuple(self._record['shape'])} and was made"
                " without an encoder for files. Run it with a program of your own."
            )
        encoder = self._encoder
        if any(not argument.strip() for argument in arguments):
            raise UserInputError(f"INPUT is {encoder.takes or 'a file'}. Received: an empty one.")
        several = len(arguments) > 1
        examples = (
            replace(each, name=_named(argument, each.name)) if several else each
            for argument in arguments
            for each in _examples(encoder, argument)
        )
        for batch in _batches(examples, BATCH if self._runtime.in_process else BATCH_OF_PROCESS):
            yield from self._answers(batch)

    @property
    def start(self) -> str:
        """What takes a while before the first answer, in one line; empty if nothing does."""
        if self._runtime.in_process:
            return ""
        return (
            f"Starting {self._runtime.name} in a process of its own, which takes some seconds ..."
        )

    def _answers(self, batch: list[Named]) -> Iterator[Prediction]:
        import numpy as np

        outputs = self._runtime.run(self.file, np.stack([each.x for each in batch])).outputs
        threshold = self._record["output"].get("threshold")
        for each, row in zip(batch, outputs, strict=True):
            answer = self._task.predict(row, self._data, threshold)
            yield Prediction(each.name, answer, each.doubts)


def _examples(encoder: Encoder, argument: str) -> Iterator[Named]:
    """Yields examples; an error says what the model takes where a file is none of it."""
    try:
        yield from encoder.examples(argument)
    except UserInputError as error:
        # A path of a folder or file that is there: what is wrong is inside.
        there = len(argument) < _LONGEST_PATH and Path(argument).exists()
        if not there or not encoder.takes:
            raise
        raise UserInputError(f"{error} This model takes {encoder.takes}.") from error


def _named(argument: str, name: str) -> str:
    """Returns what to call an example where several files were named."""
    if not Path(argument).exists():
        return name
    return argument if name == Path(argument).name else f"{argument} {name}"


def _batches(examples: Iterator[Named], size: int) -> Iterator[list[Named]]:
    """Yields up to `size` examples at a time; those before one that cannot be read are not lost."""
    batch: list[Named] = []
    try:
        for each in examples:
            batch.append(each)
            if len(batch) == size:
                yield batch
                batch = []
    except UserInputError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _exported_file(path: Path) -> Path:
    """Returns the exported file that a path stands for."""
    if path.is_dir() and (path / RUN_FILE).is_file():
        from automl.run import Run

        run = Run(path)
        placed = [artifact for artifact in run.artifacts if artifact.placed]
        chosen = run.artifact if run.artifact in placed else next(iter(placed), None)
        if chosen is None:
            raise UserInputError(
                f"{path} has no exported files. Make them with: automl export {path}"
            )
        path = path / chosen.path
    if not path.is_file() or _format_of(path) is None:
        raise UserInputError(
            "What predicts is a run's folder or an exported file, such as a .tflite or model.json."
            f" Received: {path}{'' if path.exists() else ', which does not exist'}."
        )
    return path


def _format_of(file: Path) -> str | None:
    return _FORMATS.get(file.name) or _FORMATS.get(file.suffix)


def _usage_of(file: Path) -> dict[str, Any]:
    """Reads what says how to feed a file: beside it or one folder up."""
    for folder in (file.parent, file.parent.parent):
        record = folder / usage.FILE_NAME
        if record.is_file():
            try:
                read: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise UserInputError(f"{record} cannot be read: {error}.") from error
            if "output" in read:
                return read
    raise UserInputError(
        f"{file} needs {usage.FILE_NAME} beside it or one folder up, as an export writes it."
    )


def _runtime_for(file: Path) -> Any:
    from automl.registry import RUNTIMES
    from automl.verify.finding import runtimes_for

    reasons = []
    for name in runtimes_for(_format_of(file) or ""):
        runtime = RUNTIMES.get(name)()
        reason = runtime.missing()
        if reason is None:
            return runtime
        reasons.append(reason)
    raise UserInputError(f"Nothing here runs {file}: {'; '.join(reasons)}")
