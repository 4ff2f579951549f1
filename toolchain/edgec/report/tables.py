"""How every table looks, and how numbers are written in it."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

MIB = 1024 * 1024
UNLIMITED = 100_000  # columns where no terminal reads: a table is then never cut


def new_table(title: str, words: Sequence[str], numbers: Sequence[str]) -> Table:
    """A table with columns of words, then columns of numbers (to the right)."""
    table = Table(
        title=title or None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for name in words:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def why_not(reason: str) -> Text:
    """The words of a row that was not done."""
    return Text(reason, style="yellow")


def mib(size_bytes: int) -> str:
    """Bytes as MiB with two decimals."""
    return f"{size_bytes / MIB:.2f}"


def number(value: float | None, digits: int) -> str:
    """With that many decimals; a dash where there is none."""
    return "-" if value is None else f"{value:.{digits}f}"


def console_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table to stdout, its first column words and the others numbers; for scripts of benchmarks."""
    table = new_table("", columns[:1], columns[1:])
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = UNLIMITED
    console.print(table)
