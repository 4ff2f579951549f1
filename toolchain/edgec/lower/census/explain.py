"""Why a variant may be slow, in sentences."""

from collections.abc import Sequence

from edgec.lower.census.findings import find
from edgec.lower.census.operator import Operator

SHOWN = 3


def explain(operators: Sequence[Operator]) -> list[str]:
    """What the engine's own graph holds besides the work: one phrase for each kind, none where it is clean.

    Such as '1 float island (InstanceNormalization norm)' and '2 conversions (Transpose up1, Transpose up2)'.
    """
    findings = find(operators)
    islands = [_named(island.computing) for island in findings.islands]
    left_out = [entry for entry in operators if entry.accelerated is False]
    phrases = [
        _counted(len(islands), "float island", "float islands", "; ".join(islands)),
        _counted(len(findings.conversions), "conversion", "conversions", _named(findings.conversions)),
        _counted(len(left_out), "operator", "operators", f"left to plain kernels: {_named(left_out)}"),
    ]
    return [phrase for phrase in phrases if phrase is not None]


def _counted(count: int, one: str, more: str, names: str) -> str | None:
    return f"{count} {one if count == 1 else more} ({names})" if count else None


def _named(operators: Sequence[Operator]) -> str:
    shown = [f"{entry.kind} {entry.layer or entry.name}" for entry in operators[:SHOWN]]
    return ", ".join(shown + ["..."] * (len(operators) > SHOWN))
