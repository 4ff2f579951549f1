"""What a build made."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table

from edgec.report.tables import mib, new_table, number, why_not
from edgec_runtime.format.profile import in_words

if TYPE_CHECKING:
    from edgec.pipeline import BuildResult, VariantResult


def build_document(result: "BuildResult") -> dict[str, Any]:
    """``{"schema": 1, "bundle": path, "variants": [...]}``; `reason` is null where a variant was built."""
    return {
        "schema": 1,
        "bundle": str(result.bundle),
        "variants": [
            {
                "target": row.target.name,
                "engine": row.target.engine,
                "precision": row.precision,
                "profile": row.profile,
                "status": "built" if row.built else "refused",
                "reason": row.reason,
                "size_bytes": row.built.size_bytes if row.built else None,
                "times_fp32": asdict(row.times_fp32) if row.times_fp32 else None,
            }
            for row in result.variants
        ],
    }


def build_table(result: "BuildResult") -> Table:
    """A row for each variant: what runs in which type, and how near it stays to the source."""
    words = ["target", "engine", "precision", "operators run as"]
    table = new_table(str(result.bundle), words, ["MiB", "max error", "mask agreement", "Dice", "times fp32"])
    for row in result.variants:
        table.add_row(row.target.name, row.target.engine, in_words(row.precision, row.profile), *_cells(row))
    return table


def evaluated_on(result: "BuildResult") -> str | None:
    """The data set that the variants were scored on, or None."""
    scored = (row.built.accuracy for row in result.variants if row.built)
    return next((accuracy.data for accuracy in scored if accuracy), None)


def _cells(row: "VariantResult") -> tuple[Any, ...]:
    built = row.built
    if built is None:
        return (why_not(f"refused: {row.reason}"), "-", "-", "-", "-", _speed(row))
    operators = ", ".join(f"{count} {kind}" for kind, count in sorted(built.operators.items()))
    return (
        operators if row.reason is None else why_not(row.reason),
        mib(built.size_bytes),
        f"{built.parity.max_error:.1e}",
        f"{100 * built.parity.mask_agreement:.2f} %",
        number(built.accuracy.dice if built.accuracy else None, 4),
        _speed(row),
    )


def _speed(row: "VariantResult") -> str:
    return "-" if row.times_fp32 is None else str(row.times_fp32)
