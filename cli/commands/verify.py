"""`automl verify RUN|FILE`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from automl.errors import UserInputError, VerificationError
from automl.types import VerificationStatus

from ..data_options import data_options
from ..sections import SectionedCommand

if TYPE_CHECKING:
    from automl.types import Artifact

_SECTIONS = {
    "Options": ("data", "runtimes", "allow_code", "as_json", "quiet"),
    "How DATA is read, where the file does not say": (
        "target", "column", "input", "time_column", "horizon", "lookback", "group", "image_size",
        "color", "sample_rate", "seconds", "length", "vocabulary", "data_dir", "memory",
    ),
}  # fmt: skip


@click.command(
    name="verify",
    short_help="Run exported files again and compare them with Keras.",
    cls=SectionedCommand,
    sections=_SECTIONS,
)
@click.argument("run", metavar="RUN|FILE", type=click.Path())
@click.option("--data", metavar="DATA", help="Labelled data to run FILE on, as for a search.")
@click.option(
    "--runtime", "runtimes", metavar="NAME", multiple=True,
    help="Use only these: litert, litertjs, tfjs-cpu, tfjs-wasm, tfjs-chromium-wasm,"
    " tfjs-chromium-webgl, saved-model, keras, onnxruntime, tflm or module:Class; repeatable."
    "  [default: all but those that start a browser]",
)  # fmt: skip
@click.option("--allow-code", is_flag=True, help="Import module:Class names that RUN recorded.")
@click.option("--json", "as_json", is_flag=True, help="Print the verifications as JSON.")
@click.option("--quiet", is_flag=True, help="No progress.")
@data_options
def command(
    run: str,
    data: str | None,
    runtimes: tuple[str, ...],
    allow_code: bool,
    as_json: bool,
    quiet: bool,
    **reading: Any,
) -> None:
    """Check the exported files of RUN, or one FILE anywhere: hashes, then runtimes against Keras.

    A RUN's files are run on its test data. A FILE (model.tflite, model.json, ...)
    is run on DATA, prepared as preprocessing.json beside it says, and compared
    with its .keras file where that is found; without DATA its hashes are checked.
    Ends with exit code 4 if a file changed or differs.
    """
    from pathlib import Path

    from automl.records.store import FILE_NAME
    from automl.registry import RUNTIMES
    from automl.verify.beside import format_of

    for name in runtimes:
        RUNTIMES.path(name)
    # A path that is not there is taken for what its name says.
    is_run = (Path(run) / FILE_NAME).is_file() or not (Path(run).exists() or format_of(Path(run)))
    reading = {name: value for name, value in reading.items() if value not in (None, ())}
    if is_run and (data or reading):
        raise UserInputError(
            "--data and how it is read are for a FILE; a RUN is verified on its own test data."
            f" Received: {run}."
        )
    from ..results import verification_table
    from ..screen import observer

    with observer(quiet=quiet) as watching:
        if is_run:
            from automl.run import Run

            watching.stage("Verifying")
            artifacts = Run(run, allow_code=allow_code).verify(runtimes)
        else:
            artifacts = [_file(run, data or "", reading, runtimes, watching.stage)]
    if as_json:
        click.echo(json.dumps([artifact.to_dict() for artifact in artifacts], indent=2))
    else:
        verification_table(artifacts)
    failed = [a for a in artifacts if a.status is VerificationStatus.FAILED]
    if failed:
        from automl.verify.standalone import differences

        lines = "; ".join(map(differences, failed))
        raise VerificationError(f"{len(failed)} of {len(artifacts)} failed: {lines}")


def _file(
    path: str, data: str, reading: dict[str, Any], runtimes: tuple[str, ...], say: Any
) -> Artifact:
    from automl.config_parsing import make_config
    from automl.verify.standalone import verify_file

    if reading and not data:
        raise UserInputError(f"Options of reading need --data. Received: {', '.join(reading)}.")
    return verify_file(path, data, make_config(data, reading).read_options, runtimes, say)
