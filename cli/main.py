"""The `automl` command. Answers `--help` without importing Keras or TensorFlow."""

from __future__ import annotations

import importlib
import os
import sys

import click

from automl import __version__
from automl.errors import AutomlError

from .commands import COMMANDS


class LazyGroup(click.Group):
    """Imports a command's file when the command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns every command in the order help shows them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Returns a command, or None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(
            f".commands.{cmd_name}", __package__
        ).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds the command; an unknown one is answered with the nearest."""
        from search_spaces.registry import nearest

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"Unknown command {args[0]!r}.{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="automl")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Search for a small Keras model and ship it as verified TFLite and TF.js files.

    \b
    automl search digits                        search, compress, export, verify, report
    automl search photos.npz --max-size 50kB    within a size budget
    automl doctor                               what is installed and what works
    """  # noqa: D301  (click wants the backspace itself)
    ctx.obj = {"debug": debug}


def main(args: list[str] | None = None) -> None:
    """Runs the command line and exits with its code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    debug = "--debug" in (sys.argv[1:] if args is None else args)
    try:
        code = cli.main(args=_debug_first(args), prog_name="automl", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(_say("Interrupted.", 130))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(0)
    except click.ClickException as error:
        if isinstance(error, click.UsageError) and error.ctx is not None:
            click.echo(f"Try '{error.ctx.command_path} --help'.", err=True)
        sys.exit(_say(error.format_message(), error.exit_code))
    except KeyboardInterrupt:
        sys.exit(_say("Interrupted.", 130))
    except BrokenPipeError:
        # The reader of stdout left (automl ... | head): nothing more to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except AutomlError as error:
        if debug:
            raise
        sys.exit(_say(str(error), error.exit_code))
    except OSError as error:
        if debug:
            raise
        sys.exit(_say(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), 1))
    except Exception as error:
        if debug:
            raise
        kind = type(error).__name__
        sys.exit(_say(f"{kind}: {error}. This is a defect; --debug shows where.", 1))
    sys.exit(code if isinstance(code, int) else 0)


def _debug_first(args: list[str] | None) -> list[str]:
    """Lets --debug stand anywhere on the line."""
    words = list(sys.argv[1:] if args is None else args)
    rest = [word for word in words if word != "--debug"]
    return ["--debug", *rest] if len(rest) < len(words) else rest


def _say(message: str, code: int) -> int:
    line = " ".join(message.split())
    click.echo(f"automl: {line}", err=True)
    return code
