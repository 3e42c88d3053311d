"""Shipped files, run again on their runtimes: `automl verify RUN`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from automl.errors import UserInputError
from automl.records.lock import locked
from automl.records.store import RunStore
from automl.shipping import remembered
from automl.types import Artifact
from automl.verify.finding import runtimes_for

if TYPE_CHECKING:
    from automl.run import Run


def verify_again(run: Run, runtimes: Sequence[str] = ()) -> list[Artifact]:
    """Runs every shipped file and keeps the records; `automl.Run.verify` says the rest."""
    shipped = [artifact for artifact in run.artifacts if artifact.placed]
    if not shipped:
        raise UserInputError(
            f"{run.folder} has no exported files. Make them with: automl export {run.folder}"
        )
    used = {a.format: runtimes_for(a.format, tuple(runtimes)) for a in shipped}
    shipped = [artifact for artifact in shipped if used[artifact.format]]
    if not shipped:
        raise UserInputError(
            f"None of the exported files is run by {', '.join(runtimes)}."
            f" The run has: {', '.join(used)}."
        )
    with locked(run.folder), run.executor() as executor, RunStore(run.folder) as store:
        shipper = run.shipper(executor)
        verified = [
            shipper.check(run.trial(artifact.trial), artifact, used[artifact.format])
            for artifact in shipped
        ]
        for before, artifact in zip(shipped, verified, strict=True):
            store.set_artifact(remembered(before, artifact))
        for format_name in {artifact.format for artifact in verified}:
            shipper.describe(format_name, run.artifacts, run.fact("threshold"))
    return verified
