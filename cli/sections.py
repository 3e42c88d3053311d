"""Long help in sections: options are found faster under a heading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click


class SectionedCommand(click.Command):
    """Shows its options under headings.

    Args:
        sections: Heading -> names of parameters, in the order of the help; what
            is named nowhere comes last, under ``Options``.
    """

    def __init__(self, *args: Any, sections: Mapping[str, Sequence[str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self._sections = sections

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the sections."""
        left = {each.name: each.get_help_record(ctx) for each in self.get_params(ctx)}
        for heading, names in self._sections.items():
            rows = [left.pop(name) for name in names]
            with formatter.section(heading):
                formatter.write_dl([row for row in rows if row])
        rest = [row for row in left.values() if row]
        if rest:
            with formatter.section("Options"):
                formatter.write_dl(rest)
