"""What tuning found."""

from typing import TYPE_CHECKING, Any

from rich.table import Table

from edgec.report.tables import mib, new_table, number

if TYPE_CHECKING:
    from edgec.tune import Candidate, TuneResult

SHOWN = 10  # rows of the ranking; all are in the document


def tune_document(result: "TuneResult") -> dict[str, Any]:
    """``{"schema": 1, "ranking": [...], "front": [...], "chosen": row, "bundle": path, "run": path, ...}``.

    `chosen` and `bundle` are null where nothing meets the budgets. `dice_drop` is on the held images,
    `search_drop` on those that were searched on, `drop_error` half the 95 % interval of the mean of both.
    """
    return {
        "schema": 1,
        "target": result.target,
        "threads": result.threads,
        "images": {"searched": result.searched, "held": result.held},
        "ranking": [
            {
                "layer": layer.name,
                "operator": layer.operator,
                "proxy_db": layer.proxy_db,
                "dice_drop": layer.dice_drop,
            }
            for layer in result.ranking
        ],
        "front": [_row(result, candidate) for candidate in result.front],
        "chosen": None if result.chosen is None else _row(result, result.chosen),
        "bundle": None if result.built is None else str(result.built.bundle),
        "run": str(result.run),
    }


def ranking_table(result: "TuneResult") -> Table:
    """The most sensitive layers, each quantized alone."""
    shown = result.ranking[:SHOWN]
    title = f"quantized alone: the {len(shown)} most sensitive of {len(result.ranking)} layers"
    table = new_table(title, ["layer", "operator"], ["signal to noise dB", "Dice drop"])
    for layer in shown:
        table.add_row(layer.name, layer.operator, f"{layer.proxy_db:.1f}", number(layer.dice_drop, 5))
    return table


def front_table(result: "TuneResult") -> Table:
    """The candidates that no other dominates, the fastest first."""
    title = f"{result.target}, {result.threads} threads: Dice on {result.held} images held back"
    numbers = ["ms", "times fp32", "MiB", "Dice", "Dice drop", "on those searched"]
    table = new_table(title, ["precision", "layers in float", "budgets"], numbers)
    for candidate in result.front:
        missed = ", ".join(result.budgets.missed(candidate))
        verdict = "chosen" if candidate is result.chosen else f"misses {missed}" if missed else "met"
        table.add_row(
            candidate.precision,
            f"{len(candidate.float_layers)} of {len(result.ranking)}",
            verdict,
            f"{candidate.latency_ms:.2f}",
            f"{candidate.times_fp32:.2f}",
            mib(candidate.size_bytes),
            f"{candidate.dice:.4f}",
            f"{candidate.dice_drop:+.5f}",
            f"{candidate.search_drop:+.5f}",
        )
    return table


def in_words(candidate: "Candidate") -> str:
    """The candidate in a sentence."""
    if candidate.precision != "mixed":
        return candidate.precision
    return f"mixed with {', '.join(candidate.float_layers)} in float"


def _row(result: "TuneResult", candidate: "Candidate") -> dict[str, Any]:
    return {
        "precision": candidate.precision,
        "float_layers": list(candidate.float_layers),
        "latency_ms": candidate.latency_ms,
        "times_fp32": candidate.times_fp32,
        "dice": candidate.dice,
        "dice_drop": candidate.dice_drop,
        "search_drop": candidate.search_drop,
        "drop_error": candidate.drop_error,
        "size_bytes": candidate.size_bytes,
        "meets": not result.budgets.missed(candidate),
    }
