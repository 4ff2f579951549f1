"""What a gate said, as a table and a document."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from edgec.report.tables import new_table

if TYPE_CHECKING:
    from edgec.gate.run import GateReport

STYLES = {"pass": "green", "fail": "bold red", "cannot tell": "yellow", "not run": "dim"}


def gate_document(report: "GateReport") -> dict[str, Any]:
    """``{"schema": 1, "answer", "candidate", "baseline", "environment", "new", "verdicts": [...]}``.

    `answer`: "pass", "fail" or "cannot tell"; a verdict may be "not run", too. A verdict has the fields of
    `edgec_runtime.gate.Verdict`.
    """
    return {
        "schema": 1,
        "answer": str(report.answer),
        "candidate": report.candidate,
        "baseline": report.baseline,
        "environment": report.environment,
        "new": list(report.new),
        "verdicts": [asdict(verdict) for verdict in report.verdicts],
    }


def gate_table(report: "GateReport") -> Table:
    """A row for each verdict, with its sentence."""
    title = f"{report.answer}: {title_of(report)}"
    table = new_table(title, ["variant", "check", "verdict", "because"], [])
    for verdict in report.verdicts:
        answer = Text(str(verdict.answer), style=STYLES[verdict.answer])
        table.add_row(verdict.variant, verdict.check, answer, Text(verdict.sentence))
    return table


def title_of(report: "GateReport") -> str:
    """What was held against what."""
    against = "its budgets" if report.baseline is None else report.baseline
    return f"{report.candidate} against {against}"
