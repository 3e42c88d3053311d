"""From what a person names to a site that can be served."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from automl.demo.exported import FORMAT, Exported, find_exported, of_run
from automl.demo.site import PLACE, is_current, is_site, write_site
from automl.errors import AutomlError
from automl.execution.base import Executor
from automl.records.store import FILE_NAME as RUN_FILE


def prepare(path: str | Path, spare: Path, say: Callable[[str], None] = lambda text: None) -> Path:
    """Returns the folder of a site, written first where there is none of the model as it is.

    Args:
        path: A site, a run's folder, an exported TF.js folder or its model.json.
        spare: An empty folder for a site that belongs to no run.
        say: Hears what takes time.

    Raises:
        UserInputError: If there is nothing to show there.
        MissingPartError: If TF.js is not installed and cannot be fetched.
    """
    path = Path(path)
    if is_site(path):
        return path
    exported = find_exported(path)
    site = path / PLACE if (path / RUN_FILE).is_file() else spare / "web-demo"
    if is_current(site, exported):
        return site
    say("Writing the demo")
    if exported.run is None:
        return write_site(exported, site)
    with _executor(exported.run) as executor:
        return write_site(exported, site, executor)


def write_demo(folder: Path, executor: Executor, note: Callable[[str], None]) -> None:
    """Writes the site of a run that has a TF.js file in place; says so where that fails.

    Args:
        folder: The run's folder.
        executor: Runs Keras on the samples.
        note: Hears why there is no site. A page to try a model on is no reason
            for a search to fail.
    """
    from automl.run import Run

    if not any(a.placed and a.format == FORMAT for a in Run(folder).artifacts):
        return
    try:
        exported: Exported = of_run(folder)
        write_site(exported, folder / PLACE, executor)
    except AutomlError as error:
        note(f"No web demo was written: {error}")


def _executor(run: Path) -> Executor:
    from automl.execution.planning import later_executor

    return later_executor(run)
