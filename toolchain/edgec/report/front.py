"""The picture of a Pareto front."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from edgec.tune import Candidate, TuneResult

MIB = 1024 * 1024
NEAR = 0.2, 0.1  # in parts of the front's width and height: labels would overlap
INK, FRONT, CHOSEN, LIMIT = "#555555", "#1f5fa8", "#d1495b", "#b0762a"


def draw_front(result: "TuneResult", path: Path) -> None:
    """Write a PNG: latency against the drop of Dice, sizes beside the points, budgets as lines.

    Raises OutputError where it cannot be written.
    """
    from matplotlib.figure import Figure

    from edgec.errors import OutputError

    figure = Figure(figsize=(8, 5), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    _draw_candidates(axes, result)
    _draw_budgets(axes, result)
    axes.set_title(
        f"Pareto front of {path.parent.name} on {result.target}, {result.threads} threads", loc="left"
    )
    axes.set_xlabel("median latency of one image, ms")
    axes.set_ylabel("drop of Dice against fp32 (the worse of both parts)")
    axes.grid(color="#e6e6e6", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.18, y=0.15)
    axes.legend(fontsize=9, edgecolor="none", framealpha=0.9, loc="best")
    try:
        figure.savefig(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror}): free some space") from error


def _draw_candidates(axes: "Axes", result: "TuneResult") -> None:
    rest = [one for one in result.candidates if one not in result.front]
    if rest:
        _points(axes, rest, color="#bbbbbb", s=30, label="tried; another is better in all")
    line = _without_size(result.front)
    x, y = [one.latency_ms for one in line], [one.worst_drop for one in line]
    axes.plot(x, y, color=FRONT, linewidth=1.2, alpha=0.6)
    _points(axes, result.front, color=FRONT, s=45, label="Pareto front")
    for one in _apart(result):
        axes.annotate(
            _label(one, result),
            (one.latency_ms, one.worst_drop),
            xytext=(8, 6),
            textcoords="offset points",
            fontsize=8,
            color=INK,
            zorder=2,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )
    if result.chosen is not None:
        ring: dict[str, Any] = {"facecolors": "none", "edgecolors": CHOSEN, "linewidths": 2.0}
        _points(axes, [result.chosen], s=170, label="chosen", **ring)


def _without_size(front: "Sequence[Candidate]") -> "list[Candidate]":
    """Of the front, the fastest first, those that none is better than in latency and drop alone."""
    kept: list[Candidate] = []
    for one in front:
        if not kept or one.worst_drop < kept[-1].worst_drop:
            kept.append(one)
    return kept


def _apart(result: "TuneResult") -> "list[Candidate]":
    """The points that get a label: the chosen, then those that are not too near one that has one."""
    front = result.front
    kept: list[Candidate] = []
    wide = max(one.latency_ms for one in front) - min(one.latency_ms for one in front) or 1.0
    high = max(one.worst_drop for one in front) - min(one.worst_drop for one in front) or 1.0
    for one in sorted(front, key=lambda one: (one is not result.chosen, one.precision == "mixed")):
        near = [
            abs(one.latency_ms - other.latency_ms) / wide < NEAR[0]
            and abs(one.worst_drop - other.worst_drop) / high < NEAR[1]
            for other in kept
        ]
        if not any(near):
            kept.append(one)
    return kept


def _points(axes: "Axes", candidates: "Sequence[Candidate]", **style: Any) -> None:
    axes.scatter(
        [one.latency_ms for one in candidates],
        [one.worst_drop for one in candidates],
        zorder=3,
        **style,
    )


def _draw_budgets(axes: "Axes", result: "TuneResult") -> None:
    budgets = result.budgets
    line: dict[str, Any] = {"color": LIMIT, "linestyle": "--", "linewidth": 1.2}
    axes.axhline(budgets.max_drop, label=f"budget: drop {budgets.max_drop:g}", **line)
    if budgets.ms is not None:
        axes.axvline(budgets.ms, label=f"budget: {budgets.ms:g} ms", **(line | {"linestyle": ":"}))


def _label(candidate: "Candidate", result: "TuneResult") -> str:
    over = result.budgets.mib is not None and candidate.size_bytes > result.budgets.mib * MIB
    size = f"{candidate.size_bytes / MIB:.2f} MiB" + (f" (of {result.budgets.mib:g})" if over else "")
    if candidate.precision == "mixed":
        return f"mixed, {len(candidate.float_layers)} in float\n{size}"
    return f"{candidate.precision}\n{size}"
