"""The changes of a series."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from edgec.history.divisive import FEWEST
from edgec.history.divisive import change_points as level_changes
from edgec.history.entry import Entry
from edgec.history.metrics import LATENCY, METRICS, Metric
from edgec.history.series import Series


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """From `entry` on, `metric` is `after` and no longer `before`: medians up to the next changes.

    `entry`: the first after it; `previous`: the last before it, of the same version where the bundle stayed
    and something else changed. `p_value`: how often chance alone makes such a change; None where the metric
    repeats exactly, so that there is no chance in it.
    """

    series: Series
    metric: Metric
    previous: Entry
    entry: Entry
    before: float
    after: float
    p_value: float | None

    @property
    def change(self) -> float | None:
        """Relative: 0.05 is 5 % more; None where it was 0 before."""
        return None if self.before == 0 else self.after / self.before - 1

    @property
    def confidence(self) -> float:
        """0..1."""
        return 1.0 if self.p_value is None else 1 - self.p_value


def tells_noise(series: Series) -> bool:
    """Whether there are runs enough that a change of a noisy metric could be found at all."""
    return len(series.values(LATENCY)[1]) >= FEWEST


def change_points(series: Series) -> list[ChangePoint]:
    """The changes of all metrics, metric by metric in the order of the versions."""
    return [change for metric in METRICS for change in _changes(series, metric)]


def _changes(series: Series, metric: Metric) -> Iterator[ChangePoint]:
    entries, values = series.values(metric)
    places = level_changes(values) if metric.noisy else _steps(values)
    bounds = [0, *(place for place, _ in places), len(values)]
    levels = [median(values[start:end]) for start, end in pairwise(bounds) if start < end]
    for (place, p_value), (before, after) in zip(places, pairwise(levels), strict=True):
        if abs(after - before) >= metric.smallest * before:
            previous, entry = entries[place - 1], entries[place]
            yield ChangePoint(series, metric, previous, entry, before, after, p_value)


def _steps(values: Sequence[float]) -> list[tuple[int, None]]:
    return [(place + 1, None) for place, (one, other) in enumerate(pairwise(values)) if one != other]
