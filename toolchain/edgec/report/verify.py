"""The parity ladder of a bundle."""

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from edgec.report.tables import new_table, number, why_not

if TYPE_CHECKING:
    from edgec.ladder import Ladder, Parting, Rung
    from edgec.verify import Comparison

WORDS = ("rung", "stands on", "verdict")
NUMBERS = (
    "max error",
    "mean error",
    "SNR dB",
    "cosine",
    "masks agree",
    "SNR in all",
    "masks in all",
    "Dice",
    "Dice change",
    "IoU change",
)
STYLES = {"holds": "green", "falls": "red"}


def verify_document(ladder: "Ladder", bundle: str) -> dict[str, Any]:
    """``{"schema": 1, "bundle", "holds", "samples", "scored_on", "notes", "rungs": [...]}``.

    `holds` is null where it cannot be told. In a rung, `step` compares with `below` and `whole` with the
    lowest rung; `change` is that of the scores against `below`. A number that is not finite is null: an SNR
    without any noise.
    """
    rungs = {rung.name: rung for rung in ladder.rungs}
    return {
        "schema": 1,
        "bundle": bundle,
        "holds": ladder.holds,
        "samples": ladder.samples,
        "scored_on": ladder.scored_on,
        "notes": list(ladder.notes),
        "rungs": [_row(rung, rungs) for rung in ladder.rungs],
    }


def verify_table(ladder: "Ladder", bundle: str) -> Table:
    """A row for each rung; errors are of probabilities against the rung below, `in all` the lowest."""
    scored = f", scored on {ladder.scored_on}" if ladder.scored_on else ""
    table = new_table(f"{bundle} on {ladder.samples}{scored}", WORDS, NUMBERS)
    rungs = {rung.name: rung for rung in ladder.rungs}
    for rung in ladder.rungs:
        table.add_row(rung.name, rung.below or "-", _verdict(rung), *_cells(rung, rungs))
    return table


def parting_lines(ladder: "Ladder") -> list[Text]:
    """A sentence for each rung that fell and was bisected; one for all where none fell."""
    if ladder.holds is not False:
        return [Text("Nothing to bisect: no rung fell.")]
    return [Text(_sentence(rung, rung.parting)) for rung in ladder.rungs if rung.parting is not None]


def _sentence(rung: "Rung", parting: "Parting") -> str:
    operators = " ".join(parting.operators)
    measured = f"SNR {parting.snr_db:.1f} dB, max error {parting.max_error:.3g}"
    if parting.found:
        return (
            f"{rung.name} parts from {rung.below} at {parting.node!r} ({operators}): {measured}, at least "
            f"{parting.limit_db:g} dB allowed in one node; {parting.compared} compared"
        )
    return (
        f"{rung.name}: no node alone parts from {rung.below} by more than allowed ({parting.limit_db:g} dB); "
        f"the furthest of {parting.compared} is {parting.node!r} ({operators}): {measured}"
    )


def _verdict(rung: "Rung") -> Text:
    if rung.status == "unknown":
        return why_not(f"not run: {'; '.join(rung.reasons)}")
    words = "; ".join((*rung.reasons, *rung.notes))
    return Text(f"{rung.status}: {words}" if words else rung.status, style=STYLES.get(rung.status, ""))


def _cells(rung: "Rung", rungs: dict[str, "Rung"]) -> list[str]:
    step, whole, change = rung.step, rung.whole, _change(rung, rungs)
    return [
        "-" if step is None else f"{step.max_error:.1e}",
        "-" if step is None else f"{step.mean_error:.1e}",
        _snr(step),
        number(step.cosine if step else None, 5),
        _share(step),
        _snr(whole),
        _share(whole),
        number(rung.scores.dice if rung.scores else None, 4),
        "-" if change is None else f"{change['dice']:+.4f}",
        "-" if change is None else f"{change['iou']:+.4f}",
    ]


def _snr(found: "Comparison | None") -> str:
    if found is None:
        return "-"
    return "exact" if found.snr_db == math.inf else f"{found.snr_db:.1f}"


def _share(found: "Comparison | None") -> str:
    return "-" if found is None else f"{100 * found.mask_agreement:.3f} %"


def _change(rung: "Rung", rungs: dict[str, "Rung"]) -> dict[str, float] | None:
    below = rungs[rung.below].scores if rung.below is not None else None
    if below is None or rung.scores is None:
        return None
    return {"dice": rung.scores.dice - below.dice, "iou": rung.scores.iou - below.iou}


def _row(rung: "Rung", rungs: dict[str, "Rung"]) -> dict[str, Any]:
    return {
        "name": rung.name,
        "kind": rung.kind,
        "precision": rung.precision,
        "below": rung.below,
        "status": rung.status,
        "reasons": list(rung.reasons),
        "notes": list(rung.notes),
        "step": _finite(rung.step),
        "whole": _finite(rung.whole),
        "scores": _finite(rung.scores),
        "change": _change(rung, rungs),
        "parting": _finite(rung.parting),
    }


def _finite(record: Any) -> dict[str, Any] | None:
    if record is None:
        return None
    return {key: _known(value) for key, value in asdict(record).items()}


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
