"""Tables of plain text."""

from collections.abc import Sequence


def print_table(*lines: Sequence[str]) -> None:
    """Print the titles, then the rows, in columns as wide as their longest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
