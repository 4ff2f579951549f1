"""The pictures of a history: one for each series, so that nothing hides behind a machine of another speed."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from edgec.errors import OutputError
from edgec.history import LATENCY, METRICS, ChangePoint, Entry, Metric, Series
from edgec.report.sparkline import LEAST_RANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE, CHANGE = "#1f5fa8", "#d1495b"
NAMED = 12  # versions that are named under the panels


def draw_trends(history: Sequence[Series], changes: Sequence[ChangePoint], folder: Path) -> list[Path]:
    """Write a PNG for each series into `folder`, which is made; gives their paths.

    A panel each for latency (medians, with bars to p90), peak memory, size and Dice over the versions; a
    broken line stands before the first version of a change. Raises OutputError where they cannot be written.
    """
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for series in history:
            path = folder / f"{_file_name(series)}.png"
            _draw(series, [change for change in changes if change.series is series], path)
            paths.append(path)
    except OSError as error:
        raise OutputError(
            f"{folder}: {error.strerror or error}: name a folder that can be written"
        ) from error
    return paths


def _file_name(series: Series) -> str:
    setting = series.setting
    words = [setting.name, setting.target, setting.precision, setting.profile, f"{setting.threads}threads"]
    words.append("" if setting.batch == 1 else f"batch{setting.batch}")
    words.append("" if setting.work == "network" else setting.work)
    return "-".join(word for word in [*words, series.machine[:8]] if word)


def _draw(series: Series, changes: Sequence[ChangePoint], path: Path) -> None:
    from matplotlib.figure import Figure

    places = {version: place for place, version in enumerate(dict.fromkeys(_versions(series.entries)))}
    setting = series.setting
    figure = Figure(figsize=(11, 7), dpi=120, layout="constrained")
    figure.suptitle(
        f"{setting.name} on {setting.target}, {setting.words}, {setting.threads} threads\n"
        f"{series.machine_name}",
        x=0.01,
        ha="left",
        fontsize=11,
    )
    for axes, metric in zip(figure.subplots(2, 2, sharex=True).flat, METRICS, strict=True):
        _panel(axes, metric, series, places)
        _mark(axes, [change for change in changes if change.metric is metric], places)
    figure.savefig(path)


def _versions(entries: Iterable[Entry]) -> list[str]:
    return [entry.version for entry in entries]


def _panel(axes: "Axes", metric: Metric, series: Series, places: dict[str, int]) -> None:
    entries, values = series.values(metric)
    at = [places[version] for version in _versions(entries)]
    axes.plot(*_line(at, values), color=LINE, linewidth=1.5)
    axes.scatter(at, values, color=LINE, s=18, zorder=3)
    if metric is LATENCY:
        _spread(axes, entries, at)
    axes.set_title("latency: medians, bars to p90" if metric is LATENCY else metric.title, loc="left")
    axes.set_ylabel(metric.unit)
    axes.grid(color="#e6e6e6", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.ticklabel_format(axis="y", useOffset=False)
    step = -(-len(places) // NAMED)
    axes.set_xticks(range(0, len(places), step), list(places)[::step], rotation=45, ha="right", fontsize=8)
    axes.margins(x=0.05, y=0.2)
    _widen(axes)


def _line(at: Sequence[int], values: Sequence[float]) -> tuple[list[int], list[float]]:
    """Through the median of each version."""
    runs = {place: [value for one, value in zip(at, values, strict=True) if one == place] for place in at}
    return list(runs), [median(found) for found in runs.values()]


def _spread(axes: "Axes", entries: Sequence[Entry], at: Sequence[int]) -> None:
    for entry, place in zip(entries, at, strict=True):
        if entry.latency_ms is not None and entry.latency_p90 is not None:
            axes.vlines(place, entry.latency_ms, entry.latency_p90, colors=LINE, alpha=0.35, linewidth=4)


def _widen(axes: "Axes") -> None:
    """What varies less than LEAST_RANGE must not look like a mountain."""
    low, high = axes.get_ylim()
    missing = LEAST_RANGE * high - (high - low)
    if missing > 0:
        axes.set_ylim(low - missing / 2, high + missing / 2)


def _mark(axes: "Axes", changes: Sequence[ChangePoint], places: dict[str, int]) -> None:
    for row, change in enumerate(changes):
        at = (places[change.previous.version] + places[change.entry.version]) / 2
        axes.axvline(at, color=CHANGE, linestyle="--", linewidth=1)
        axes.annotate(
            "" if change.change is None else f"{100 * change.change:+.1f} %",
            (at, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3, -9 - 11 * (row % 3)),  # neighbours one below the other
            textcoords="offset points",
            fontsize=8,
            color=CHANGE,
        )
