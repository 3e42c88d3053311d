"""`automl demo RUN`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from http.server import ThreadingHTTPServer
    from pathlib import Path

#: Tried first; any free one is taken where it is not and nobody asked for it.
DEFAULT_PORT = 8642


@click.command(name="demo", short_help="Try an exported model on a page in the browser.")
@click.argument("run", metavar="RUN|FOLDER", type=click.Path())
@click.option(
    "--port", type=click.IntRange(0, 65535), help=f"[default: {DEFAULT_PORT}, or a free one]"
)
@click.option(
    "--host", metavar="ADDRESS", default="127.0.0.1", show_default=True,
    help="Where to listen; others than this machine's own let other people in.",
)  # fmt: skip
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
def command(run: str, port: int | None, host: str, no_open: bool) -> None:
    """Serve a page on which the TF.js file of RUN (or of an exported FOLDER) predicts.

    The model runs in the browser: draw or drop a picture, type a text, record a
    sound, paste a row. The page is a static site, RUN/export/web-demo, that any
    web host can serve. Ends with Ctrl-C.
    """
    import tempfile
    from pathlib import Path

    from automl.demo.preparing import prepare
    from automl.demo.server import address, is_loopback

    from ..screen import observer

    with tempfile.TemporaryDirectory(prefix="automl-demo-") as spare:
        with observer(quiet=False) as watching:
            site = prepare(run, Path(spare), watching.stage)
        server = _listening(site, host, port)
        if not is_loopback(host):
            click.echo(
                f"Warning: everybody who reaches {host} can open the page and its model.", err=True
            )
        url = address(server, "localhost" if is_loopback(host) and ":" not in host else host)
        click.echo(url)
        click.echo("Ctrl-C ends it.", err=True)
        if not no_open:
            click.launch(url)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("", err=True)
        finally:
            server.server_close()


def _listening(site: Path, host: str, port: int | None) -> ThreadingHTTPServer:
    from automl.demo.server import serve
    from automl.errors import UserInputError

    try:
        return serve(site, host, DEFAULT_PORT if port is None else port)
    except UserInputError:
        if port is not None:
            raise
        return serve(site, host, 0)
