"""What became of each variant from version to version."""

from collections.abc import Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from edgec.history import FEWEST, LATENCY, METRICS, ChangePoint, Metric, Series, tells_noise
from edgec.report.sparkline import sparkline
from edgec.report.tables import new_table, number

DIGITS = {"latency_ms": 2, "memory_mib": 1, "size_mib": 2, "dice": 4}


def history_document(history: Sequence[Series], changes: Sequence[ChangePoint]) -> dict[str, Any]:
    """``{"schema": 1, "series": [...], "changes": [...]}``.

    A series has {name, target, precision, profile, threads, batch, work, machine, machine_name,
    measurements}, a measurement {version, digest, git_revision, time, engine_version, and every metric}, null
    where it was not measured. A change has the keys of its series, without measurements, and {metric,
    version, previous, before, after, change, confidence}: `change` is relative, `confidence` from 0 to 1.
    """
    return {
        "schema": 1,
        "series": [_head(series) | {"measurements": _measurements(series)} for series in history],
        "changes": [_change(change) for change in changes],
    }


def history_parts(history: Sequence[Series], changes: Sequence[ChangePoint]) -> list[RenderableType]:
    """The newest version of each series with its change from the one before, and the change points."""
    machines = sorted({series.machine_name for series in history})
    parts: list[RenderableType] = [f"machine: {name}" for name in machines]
    parts.append(_newest(history))
    parts.append(_changes(changes) if changes else "no change point")
    short = sum(not tells_noise(series) for series in history)
    if short:
        parts.append(
            f"{short} of {len(history)} series have fewer than {FEWEST} runs, too few to tell a change of "
            "latency or memory from noise"
        )
    return parts


def _newest(history: Sequence[Series]) -> Table:
    words = ["bundle", "target", "precision", "machine"]
    numbers = ["threads", "runs", "latency trend"]
    for metric in METRICS:
        numbers += [_heading(metric), "%"]
    table = new_table("the newest version beside the run before it", words, numbers)
    for series in history:
        setting, newest = series.setting, series.entries[-1]
        table.add_row(
            f"{setting.name}-{newest.version}",
            setting.target,
            setting.words,
            series.machine[:8],
            str(setting.threads),
            str(len(series.entries)),
            sparkline(series.values(LATENCY)[1]),
            *(text for metric in METRICS for text in _cells(series, metric)),
        )
    return table


def _cells(series: Series, metric: Metric) -> tuple[str, str]:
    _, values = series.values(metric)
    if not values:
        return "-", "-"
    before = values[-2] if len(values) > 1 else 0
    change = "-" if before == 0 else percent(values[-1] / before - 1)
    return number(values[-1], DIGITS[metric.key]), change


def _heading(metric: Metric) -> str:
    return f"{metric.title} {metric.unit}".strip()


def _changes(changes: Sequence[ChangePoint]) -> Table:
    table = new_table(
        "change points",
        ["variant", "machine", "what", "since", "after"],
        ["from", "to", "%", "confidence"],
    )
    for change in changes:
        setting, metric = change.series.setting, change.metric
        table.add_row(
            f"{setting.name} {setting.target} {setting.words}, {setting.threads} threads",
            change.series.machine[:8],
            _heading(metric),
            change.entry.version,
            _previous(change),
            number(change.before, DIGITS[metric.key]),
            number(change.after, DIGITS[metric.key]),
            "-" if change.change is None else percent(change.change),
            "exact" if change.p_value is None else f"{change.confidence:.1%}",
        )
    return table


def _previous(change: ChangePoint) -> str:
    """The version before; where it is the same, what else there is to blame."""
    previous, entry = change.previous, change.entry
    if previous.engine_version != entry.engine_version:
        return f"{previous.version}, {entry.engine} {previous.engine_version} -> {entry.engine_version}"
    if previous.digest == entry.digest:
        return f"{previous.version}: the same bundle"
    return previous.version


def percent(change: float) -> str:
    """Signed, one decimal: '+5.0'."""
    return f"{100 * change:+.1f}"


def _head(series: Series) -> dict[str, Any]:
    return series.setting._asdict() | {"machine": series.machine, "machine_name": series.machine_name}


def _measurements(series: Series) -> list[dict[str, Any]]:
    return [
        {
            "version": entry.version,
            "digest": entry.digest,
            "git_revision": entry.git_revision,
            "time": time,
            "engine_version": entry.engine_version,
            **{metric.key: metric.value(entry) for metric in METRICS},
        }
        for entry, time in zip(series.entries, series.times, strict=True)
    ]


def _change(change: ChangePoint) -> dict[str, Any]:
    return _head(change.series) | {
        "metric": change.metric.key,
        "version": change.entry.version,
        "previous": change.previous.version,
        "before": change.before,
        "after": change.after,
        "change": change.change,
        "confidence": change.confidence,
    }
