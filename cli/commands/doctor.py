"""`automl doctor`."""

from __future__ import annotations

import json

import click


@click.command(name="doctor", short_help="What is installed, which versions, what works.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(as_json: bool) -> None:
    """Check the installation: packages, Node.js, a worker process, every runtime."""
    from automl.doctor import examine

    from ..screen import observer

    with observer(quiet=as_json) as watching:
        watching.stage("Examining")
        findings = examine(watching.note)
    if as_json:
        click.echo(json.dumps([vars(finding) for finding in findings], indent=2))
        return
    for finding in findings:
        mark = click.style("ok", fg="green") if finding.works else click.style("--", fg="red")
        click.echo(f"{mark}  {finding.part:32} {finding.version:16} {finding.remark}".rstrip())
