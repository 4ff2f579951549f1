"""How fast a bundle's variants are, and what they take."""

from rich.table import Table

from edgec.report.tables import new_table
from edgec_runtime.bench import BenchReport
from edgec_runtime.bench.table import cells, columns, title


def bench_table(report: BenchReport) -> Table:
    """A row for each variant, compared with the first; what failed and the warnings are told beside it."""
    rows = report.measurements
    words, numbers = columns(rows)
    table = new_table(title(report), words, numbers)
    for column in table.columns[len(words) :]:
        column.no_wrap = False  # where it is narrow, the interval stands below its median
    for row in rows:
        found = cells(row, rows)
        table.add_row(*(found[name] for name in (*words, *numbers)))
    return table
