"""`automl verify RUN`."""

from __future__ import annotations

import json

import click

from automl.errors import VerificationError
from automl.types import VerificationStatus


@click.command(name="verify", short_help="Run a run's exported files again and compare.")
@click.argument("run", metavar="RUN", type=click.Path())
@click.option(
    "--runtime", "runtimes", metavar="NAME", multiple=True,
    help="Use only these: litert, tfjs-cpu, tfjs-wasm or module:Class; repeatable.",
)  # fmt: skip
@click.option("--allow-code", is_flag=True, help="Import module:Class names that RUN recorded.")
@click.option("--json", "as_json", is_flag=True, help="Print the verifications as JSON.")
@click.option("--quiet", is_flag=True, help="No progress.")
def command(
    run: str, runtimes: tuple[str, ...], allow_code: bool, as_json: bool, quiet: bool
) -> None:
    """Check the exported files of RUN: hashes, then every runtime against Keras.

    Ends with exit code 4 if a file changed or differs.
    """
    from automl.registry import RUNTIMES
    from automl.run import Run

    for name in runtimes:
        RUNTIMES.path(name)
    from ..results import verification_table
    from ..screen import observer

    opened = Run(run, allow_code=allow_code)
    with observer(quiet=quiet) as watching:
        watching.stage("Verifying")
        artifacts = opened.verify(runtimes)
    if as_json:
        click.echo(json.dumps([artifact.to_dict() for artifact in artifacts], indent=2))
    else:
        verification_table(artifacts)
    failed = [a for a in artifacts if a.status is VerificationStatus.FAILED]
    if failed:
        lines = [
            f"{a.format} {a.recipe}, {v.runtime}: {v.reason}"
            for a in failed
            for v in a.verifications
            if v.status is VerificationStatus.FAILED
        ]
        raise VerificationError(f"{len(failed)} of {len(artifacts)} failed: {'; '.join(lines)}")
