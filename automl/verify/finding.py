"""Which runtimes verify a format's files."""

from __future__ import annotations

from automl.registry import EXPORTERS, RUNTIMES


def runtimes_for(format_name: str, names: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Returns the registered runtimes that run a format's files; the first also judges.

    Args:
        format_name: Registry name or import path of an exporter.
        names: Runtimes to choose from; by default every registered one but those
            that run only where they are named.

    Raises:
        UnknownNameError: If there is no such exporter or runtime.
    """
    written = EXPORTERS.get(format_name).name
    found = {name: RUNTIMES.get(name) for name in names or RUNTIMES.names()}
    return tuple(
        name
        for name, runtime in found.items()
        if written in runtime.formats and (names or runtime.by_default)
    )
