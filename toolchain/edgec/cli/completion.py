"""`edgec completion`"""

import click
from click.shell_completion import get_completion_class

from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.words import Word
from edgec_runtime.errors import UsageError

SHELLS = ("bash", "zsh", "fish")


@click.command(cls=Command, name="completion")
@click.argument("shell", type=Word("shell", SHELLS), metavar="SHELL")
@click.pass_obj
def command(display: Display, /, shell: str) -> None:
    """Print the completion script of a shell.

    SHELL is bash, zsh or fish.

    For bash: edgec completion bash > ~/.local/share/bash-completion/completions/edgec
    """
    from edgec.cli.app import app

    made = get_completion_class(shell)
    if made is None:
        raise UsageError(f"click cannot complete in {shell}")
    script = made(app, {}, "edgec", "_EDGEC_COMPLETE").source()
    display.result({"shell": shell, "script": script}, script)
