"""Where the time of a variant goes: a row for each layer, a document, and beside the bundle a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from edgec.hotspots import Hotspots, Layer, Spot
from edgec.report.icicle import draw_icicle
from edgec.report.tables import new_table, number
from edgec_runtime.format.profile import in_words

APART = 0.3  # a profiler, or what a session does beside its operators, does not explain more
NUMBERS = ("ms", "% of ms", "MMAC", "GMAC/s", "% of peak")


def hotspots_document(found: Sequence[Hotspots]) -> list[dict[str, Any]]:
    """For each variant: its layers with their operators, as the model runs, and what the machine can do.

    `ms`: of the operators together; `latency_ms`: of a run without a profiler; `share` (of ms) and
    `share_of_peak` are 0..1; `gbytes`: memory bandwidth in 10^9 bytes a second. Null where it is not known.
    """
    return [_variant(entry) for entry in found]


def hotspots_table(found: Hotspots) -> Table:
    """A row for each layer, as the model runs."""
    table = new_table(_title(found), ["stage", "layer", "operators", "runs in"], NUMBERS)
    table.add_column("bound by")
    for layer in found.layers:
        table.add_row(
            layer.stage,
            layer.name,
            ", ".join(spot.operator.kind for spot in layer.spots),
            layer.type,
            number(layer.milliseconds, 3),
            number(_percent(_ratio(layer.milliseconds, found.milliseconds)), 1),
            number(layer.macs / 1e6 if layer.macs else None, 1),
            number(_rate(layer.macs, layer.milliseconds), 1),
            number(_percent(_share_of_peak(found, layer)), 1),
            _bound(found, layer) or "-",
        )
    return table


def hotspots_sentence(found: Hotspots) -> str:
    """How the times were got, how they add up, and how much of the machine's peak is reached."""
    parts = [f"{_words(found)}: {found.method}."]
    if found.latency is not None:
        share = found.milliseconds / found.latency
        parts.append(
            f"The operators add up to {found.milliseconds:.2f} ms, {share:.0%} of the {found.latency:.2f} ms "
            "of a run without a profiler."
        )
        if abs(share - 1) > APART:
            parts.append("So far apart, other work disturbed one of them: profile again on a quiet machine.")
    if found.share_of_peak is not None:
        peak = found.peaks.gmacs(found.type)
        parts.append(
            f"It reaches {found.share_of_peak:.0%} of this machine's {found.type} peak ({peak:.0f} GMAC/s, "
            f"threads: {found.peaks.threads})."
        )
    return " ".join(parts)


def picture_path(bundle: Path, found: Hotspots) -> Path:
    """`NAME-VERSION.TARGET.PRECISION[.PROFILE].profile.png` beside the bundle."""
    words = [found.bundle, found.target, found.precision, *([found.profile] if found.profile else [])]
    return bundle.resolve().parent / f"{'.'.join(words)}.profile.png"


def write_picture(bundle: Path, found: Hotspots) -> Path:
    """Draw it; gives its path. Raises OutputError where that folder cannot be written."""
    path = picture_path(bundle, found)
    draw_icicle(found, _title(found), path)
    return path


def _variant(found: Hotspots) -> dict[str, Any]:
    return {
        "bundle": found.bundle,
        "target": found.target,
        "engine": found.engine,
        "precision": found.precision,
        "profile": found.profile,
        "threads": found.peaks.threads,
        "method": found.method,
        "ms": round(found.milliseconds, 6),
        "latency_ms": found.latency,
        "macs": found.macs,
        "type": found.type,
        "share_of_peak": _rounded(found.share_of_peak),
        "peaks": {
            "gmacs": {type_: best.gmacs for type_, best in found.peaks.compute.items()},
            "gbytes": found.peaks.gbytes,
        },
        "layers": [_layer(found, layer) for layer in found.layers],
    }


def _layer(found: Hotspots, layer: Layer) -> dict[str, Any]:
    return {
        "stage": layer.stage,
        "name": layer.name,
        "type": layer.type,
        **_cost(found, layer),
        "operators": [_operator(found, spot) for spot in layer.spots],
    }


def _operator(found: Hotspots, spot: Spot) -> dict[str, Any]:
    entry = spot.operator
    peaks = found.peaks
    return {
        "name": entry.name,
        "kind": entry.kind,
        "type": entry.type,
        "ms": round(spot.milliseconds, 6),
        "share": _rounded(_ratio(spot.milliseconds, found.milliseconds)),
        "macs": entry.macs,
        "bytes": spot.bytes,
        "share_of_peak": _rounded(peaks.share(entry.type, entry.macs, spot.milliseconds)),
        "bound": peaks.bound(entry.type, entry.macs, spot.bytes),
    }


def _cost(found: Hotspots, layer: Layer) -> dict[str, Any]:
    return {
        "ms": round(layer.milliseconds, 6),
        "share": _rounded(_ratio(layer.milliseconds, found.milliseconds)),
        "macs": layer.macs,
        "bytes": layer.bytes,
        "gmacs": _rounded(_rate(layer.macs, layer.milliseconds)),
        "share_of_peak": _rounded(_share_of_peak(found, layer)),
        "bound": _bound(found, layer),
    }


def _share_of_peak(found: Hotspots, layer: Layer) -> float | None:
    return found.peaks.share(layer.type, layer.macs, layer.milliseconds)


def _bound(found: Hotspots, layer: Layer) -> str | None:
    return found.peaks.bound(layer.type, layer.macs, layer.bytes)


def _title(found: Hotspots) -> str:
    return f"{found.bundle} {_words(found)} in {found.engine}, threads: {found.peaks.threads}"


def _words(found: Hotspots) -> str:
    return f"{found.target} {in_words(found.precision, found.profile)}"


def _rate(macs: int, milliseconds: float) -> float | None:
    return macs / milliseconds / 1e6 if macs and milliseconds else None


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
