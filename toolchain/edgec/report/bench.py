"""How fast a bundle's variants are, and what they take."""

from rich.table import Table

from edgec.report.tables import new_table
from edgec_runtime.bench import BenchReport
from edgec_runtime.bench.table import WORDS, fitted, table, title

GAP = 3  # columns of the terminal between two of the table


def bench_table(report: BenchReport, width: int) -> Table:
    """A row for each variant, compared with the first; in `width` columns of a terminal if that can be."""
    names, *lines = fitted(table(report.measurements), width - GAP, GAP)
    words = [name for name in names if name in WORDS]
    shown = new_table(title(report), words, names[len(words) :])
    for line in lines:
        shown.add_row(*line)
    return shown
