"""The click command that every `edgec` command is."""

from typing import Any

import click

from edgec.cli.display import Display
from edgec.cli.options import Settings, global_options
from edgec.cli.stdout import result_stream


class Group(click.Group):
    """A command of commands; without one of them it is its `default`."""

    def __init__(self, *args: Any, default: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; options alone, apart from help, are the default's."""
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = [self._default, *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options are the default's."""
        self.commands[self._default].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


class Command(click.Command):
    """A click command with the global options and --json; its function gets a Display first.

    While it runs, whatever libraries print goes to stderr: stdout is for the result.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        json = click.Option(
            ["as_json", "--json"], is_flag=True, help="One JSON document on stdout, and nothing else."
        )
        self.params += [json, *global_options(environment=False)]

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command's function with a Display as its first argument."""
        as_json: bool = ctx.params.pop("as_json")
        settings = ctx.find_object(Settings) or Settings()
        with result_stream() as stream:
            ctx.obj = Display(settings, stream, as_json)
            return super().invoke(ctx)
