"""What the engines run: a row for each variant, its operators by kind, and what costs besides the work."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from edgec.inspection import Inspection, milliseconds
from edgec.lower import Operator, count_types
from edgec.report.tables import mib, new_table, number, why_not
from edgec_runtime.format.profile import in_words


def inspect_document(bundle: str, rows: Sequence[Inspection], ops: bool) -> dict[str, Any]:
    """``{"schema": 1, "bundle": ..., "variants": [...]}``.

    A variant holds `types` (type -> operators), `ms`, `islands`, `conversions`, `ends` and, with `ops`,
    `operators`; or the `reason` why it could not be inspected. `ms` and `share` (0..1) are null where the
    engine tells no times; `bytes` stands in for them there.
    """
    return {"schema": 1, "bundle": bundle, "variants": [_variant(row, ops) for row in rows]}


def inspect_parts(bundle: str, rows: Sequence[Inspection], ops: bool) -> list[RenderableType]:
    """The table of variants and, with `ops`, two for each: its kinds of operators and its findings."""
    parts: list[RenderableType] = [_summary(bundle, rows)]
    for row in rows if ops else ():
        if row.reason is None:
            parts += [_kinds(row), _found(row)]
    return parts


def _variant(row: Inspection, ops: bool) -> dict[str, Any]:
    head: dict[str, Any] = {
        "target": row.target,
        "engine": row.engine,
        "precision": row.precision,
        "profile": row.profile,
    }
    if row.reason is not None:
        return head | {"reason": row.reason}
    findings = row.findings
    document = head | {
        "types": count_types(row.operators),
        "ms": _rounded(milliseconds(row.operators)),
        "islands": [
            {
                "operators": [entry.name for entry in island.operators],
                "layers": list(dict.fromkeys(entry.layer for entry in island.computing)),
                "types": sorted({entry.type for entry in island.computing}),
                **_cost(row, island.operators),
            }
            for island in findings.islands
        ],
        "conversions": [_operator(entry) | _cost(row, [entry]) for entry in findings.conversions],
        "ends": [_operator(entry) | _cost(row, [entry]) for entry in findings.ends],
    }
    return document | {"operators": [_operator(entry) for entry in row.operators]} if ops else document


def _operator(entry: Operator) -> dict[str, Any]:
    return {
        "name": entry.name,
        "kind": entry.kind,
        "type": entry.type,
        "layer": entry.layer,
        "accelerated": entry.accelerated,
        "ms": _rounded(entry.milliseconds),
        "bytes": entry.bytes,
    }


def _cost(row: Inspection, operators: Sequence[Operator]) -> dict[str, Any]:
    return {
        "ms": _rounded(milliseconds(operators)),
        "share": _rounded(row.share(operators)),
        "bytes": _bytes(operators),
    }


def _summary(bundle: str, rows: Sequence[Inspection]) -> Table:
    words = ["target", "engine", "precision", "operators run as"]
    table = new_table(bundle, words, ["ms", "float islands", "% of ms", "conversions", "% of ms"])
    for row in rows:
        head = (row.target, row.engine, in_words(row.precision, row.profile))
        if row.reason is not None:
            table.add_row(*head, why_not(row.reason), *["-"] * 5)
            continue
        islands, conversions = row.findings.islands, row.findings.conversions
        inside = [entry for island in islands for entry in island.operators]
        table.add_row(
            *head,
            ", ".join(f"{count} {kind}" for kind, count in count_types(row.operators).items()),
            number(milliseconds(row.operators), 2),
            str(len(islands)),
            _percent(row.share(inside)),
            str(len(conversions)),
            _percent(row.share(conversions)),
        )
    return table


def _kinds(row: Inspection) -> Table:
    """A row for each kind of operator in each type, in the order in which they first run."""
    table = new_table(_title(row, "operators"), ["operator", "type"], ["count", *_cost_columns(row)])
    groups: dict[tuple[str, str], list[Operator]] = {}
    for entry in row.operators:
        left_out = " (plain kernel)" if entry.accelerated is False else ""
        groups.setdefault((entry.kind, entry.type + left_out), []).append(entry)
    for (kind, type_), members in groups.items():
        table.add_row(kind, type_, str(len(members)), *_cost_cells(row, members))
    return table


def _found(row: Inspection) -> Table:
    """A row for each float island, conversion and end."""
    table = new_table(_title(row, "found"), ["what", "operators"], _cost_columns(row))
    findings = row.findings
    for island in findings.islands:
        table.add_row("float island", _names(island.operators), *_cost_cells(row, island.operators))
    for entry in findings.conversions:
        table.add_row("conversion", _names([entry]), *_cost_cells(row, [entry]))
    for entry in findings.ends:
        table.add_row("end", _names([entry]), *_cost_cells(row, [entry]))
    if not table.row_count:
        table.add_row("nothing", "-", *("-" for _ in _cost_columns(row)))
    return table


def _title(row: Inspection, what: str) -> str:
    return f"{row.target} {in_words(row.precision, row.profile)} in {row.engine}: {what}"


def _names(operators: Iterable[Operator]) -> str:
    return ", ".join(f"{entry.kind} {entry.layer or entry.name}" for entry in operators)


def _cost_columns(row: Inspection) -> tuple[str, ...]:
    return ("MiB moved",) if milliseconds(row.operators) is None else ("ms", "% of ms")


def _cost_cells(row: Inspection, operators: Sequence[Operator]) -> tuple[str, ...]:
    time = milliseconds(operators)
    if time is None:
        return (mib(_bytes(operators) or 0),)
    return (number(time, 3), _percent(row.share(operators)))


def _bytes(operators: Iterable[Operator]) -> int | None:
    known = [entry.bytes for entry in operators if entry.bytes is not None]
    return sum(known) if known else None


def _percent(share: float | None) -> str:
    return number(None if share is None else 100 * share, 1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
