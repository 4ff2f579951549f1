"""What a command shows: the result on stdout, all else on stderr."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from edgec.cli.options import Settings
from edgec.cli.stdout import write_result
from edgec.cli.words import printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from edgec.report.progress import ShownProgress


class Display:
    """The one way out of a command. `as_json`: the result is one JSON document."""

    def __init__(self, settings: Settings, stdout: TextIO, as_json: bool) -> None:
        self._settings = settings
        self._stdout = stdout
        self._as_json = as_json

    def progress(self) -> "ShownProgress":
        """Progress on stderr, to be used in `with`; moving lines only on a terminal."""
        from edgec.report.progress import ShownProgress

        settings = self._settings
        live = sys.stderr.isatty() and not (settings.no_progress or settings.quiet)
        console = self._console(sys.stderr, quiet=settings.quiet)
        return ShownProgress(console, live=live, verbose=settings.verbose)

    @property
    def width(self) -> int:
        """Columns that the result has."""
        return self._console(self._stdout).width

    def result(self, document: dict[str, Any], *parts: "RenderableType", then: Sequence[str] = ()) -> None:
        """Show `document` as JSON, or else `parts` (tables, text) and the commands to run next."""
        if self._as_json:
            from edgec.report.document import to_json

            write_result(self._stdout, to_json(document))
            return
        console = self._console(self._stdout)
        with console.capture() as captured:
            for part in parts:
                console.print(part)
        lines = [line.rstrip() for line in captured.get().strip("\n").splitlines()]
        write_result(self._stdout, "\n".join(lines) + "\n")
        if then:
            self.say("\nNext:\n" + "\n".join(f"  {command}" for command in then))

    def say(self, message: str) -> None:
        """A sentence on stderr; not with -q."""
        if not self._settings.quiet:
            self._console(sys.stderr).print(printable(message), soft_wrap=True)

    def warn(self, message: str) -> None:
        """A warning on stderr, with -q too."""
        from rich.text import Text

        line = Text.assemble(("warning:", "yellow"), f" {printable(message)}")
        self._console(sys.stderr).print(line, soft_wrap=True)

    def _console(self, file: TextIO, quiet: bool = False) -> "Console":
        from rich.console import Console

        from edgec.report.tables import UNLIMITED

        terminal = file.isatty()
        coloured = self._settings.coloured
        return Console(
            file=file,
            quiet=quiet,
            width=None if terminal else UNLIMITED,
            force_terminal=True if coloured else None,
            no_color=coloured is False or None,
            # Brackets and colons in names and messages are themselves, never markup.
            highlight=False,
            markup=False,
            emoji=False,
        )
