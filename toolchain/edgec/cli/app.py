"""The `edgec` command: its subcommands by name, and what becomes of whatever they raise."""

import importlib
import sys
import traceback
from collections.abc import Sequence
from importlib import metadata
from typing import cast

import click

from edgec.cli.command import Command
from edgec.cli.options import Settings, global_options
from edgec.cli.words import printable
from edgec_runtime.errors import EdgecError

COMMANDS = {
    "data": "edgec.cli.data",
    "train": "edgec.cli.train",
    "distil": "edgec.cli.distil",
    "prune": "edgec.cli.prune",
    "binarize": "edgec.cli.binarize",
    "build": "edgec.cli.build",
    "verify": "edgec.cli.verify",
    "tune": "edgec.cli.tune",
    "bench": "edgec.cli.bench",
    "devices": "edgec.cli.devices",
    "history": "edgec.cli.history",
    "gate": "edgec.cli.gate",
    "eval": "edgec.cli.eval",
    "info": "edgec.cli.info",
    "inspect": "edgec.cli.inspect",
    "models": "edgec.cli.models",
    "targets": "edgec.cli.targets",
    "emulator": "edgec.cli.emulator",
    "completion": "edgec.cli.completion",
}
BUG = 4
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that imports a command's module when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the work, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Command | None:
        """The object `command` of the command's module."""
        if cmd_name not in COMMANDS:
            return None
        return cast(Command, importlib.import_module(COMMANDS[cmd_name]).command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but with the nearest of the lazy commands as a hint."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=COMMANDS, ctx=ctx
            ) from None


def version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    """Print the version and leave."""
    if value and not ctx.resilient_parsing:
        click.echo(f"edgec {metadata.version('edgec')}")
        ctx.exit()


app = LazyGroup(
    name="edgec",
    help="Take a segmentation network from PyTorch to a small device: train, build, verify, measure.",
    epilog="Exit codes: 0 done; 1 a check failed; 2 usage or input; 3 cannot tell; 4 a bug of edgec.",
    params=[
        *global_options(environment=True),
        click.Option(
            ["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=version,
            help="Show the version.",
        ),
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; gives its exit code. Errors are one message on stderr, never a traceback."""
    settings = Settings()
    try:
        result = app.main(list(arguments), prog_name="edgec", standalone_mode=False, obj=settings)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except Exception as error:
        if settings.debug:
            traceback.print_exc()
        return _failed(error)
    return result if isinstance(result, int) else 0


def _failed(error: Exception) -> int:
    if isinstance(error, EdgecError):
        _say(str(error))
        return error.exit_code
    _say(
        f"internal error: {type(error).__name__}: {error}\n"
        "This is a bug of edgec: run the command again with --debug and report what it prints."
    )
    return BUG


def _say(message: str) -> None:
    click.echo(f"{click.style('error:', fg='red')} {printable(message)}", err=True)
