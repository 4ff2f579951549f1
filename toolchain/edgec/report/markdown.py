"""A gate's verdicts as Markdown, for a pull request."""

import re
from typing import TYPE_CHECKING

from edgec.report.gate import title_of

if TYPE_CHECKING:
    from edgec.gate.run import GateReport

_MEANING = re.compile(r"([\\`*_{}\[\]<>|#~&])")
_MARKS = {"pass": "✅", "fail": "❌", "cannot tell": "❔", "not run": "⏭"}


def gate_markdown(report: "GateReport") -> str:
    """A heading with the answer, and a table with a row for each verdict."""
    lines = [
        f"### {_MARKS[report.answer]} edgec gate: {report.answer}",
        "",
        _plain(title_of(report)),
        "",
        "| variant | check | verdict | because |",
        "| --- | --- | --- | --- |",
        *(
            f"| {_plain(verdict.variant)} | {verdict.check} | {_MARKS[verdict.answer]} {verdict.answer} "
            f"| {_plain(verdict.sentence)} |"
            for verdict in report.verdicts
        ),
    ]
    if report.new:
        lines += ["", f"New, with nothing to compare: {', '.join(map(_plain, report.new))}."]
    machine = report.environment
    where = f"{machine['processor'] or machine['architecture']}, {machine['cores']} cores"
    return "\n".join([*lines, "", f"Measured on {_plain(where)}.", ""])


def _plain(words: str) -> str:
    """Words that mean nothing in Markdown, in one line."""
    return _MEANING.sub(r"\\\1", " ".join(words.split()))
