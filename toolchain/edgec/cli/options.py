"""The options that every command has, wherever on the line they stand."""

from dataclasses import dataclass

import click


@dataclass
class Settings:
    """What the global options say; `coloured` None means: where a terminal reads."""

    quiet: bool = False
    verbose: bool = False
    coloured: bool | None = None
    no_progress: bool = False
    debug: bool = False


def _store(ctx: click.Context, param: click.Parameter, value: bool | None) -> None:
    if value is None:
        return
    settings = ctx.find_object(Settings)
    if settings is not None:
        setattr(settings, str(param.name), value)
    if param.name == "coloured":
        ctx.find_root().color = value


def _option(words: list[str], variable: str, help_text: str, environment: bool) -> click.Option:
    return click.Option(
        words,
        is_flag=True,
        default=None,
        expose_value=False,
        is_eager=True,
        callback=_store,
        envvar=variable if environment else None,
        show_envvar=True,
        hidden=not environment,
        help=help_text,
    )


def global_options(environment: bool) -> list[click.Parameter]:
    """New option objects, for the group (`environment`) or for a command.

    Only the group's read the environment, so that a word on the line wins, and only they are in the help.
    """
    rows = [
        (["quiet", "-q", "--quiet"], "EDGEC_QUIET", "Only the result and errors."),
        (["verbose", "-v", "--verbose"], "EDGEC_VERBOSE", "A line when a step starts, too."),
        # Not `colour`: build has an option of that name, and click keeps one value a name.
        (["coloured", "--color/--no-color"], "EDGEC_COLOR", "Colours, or none (NO_COLOR=1 does the same)."),
        (["no_progress", "--no-progress"], "EDGEC_NO_PROGRESS", "No moving lines."),
        (["debug", "--debug"], "EDGEC_DEBUG", "A traceback for every error."),
    ]
    return [_option(words, variable, help_text, environment) for words, variable, help_text in rows]
