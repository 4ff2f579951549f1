"""The picture of a Pareto front."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from edgec.tune import Candidate, TuneResult

MIB = 1024 * 1024
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
    axes.plot(
        [one.latency_ms for one in result.front],
        [one.worst_drop for one in result.front],
        color=FRONT,
        linewidth=1.2,
        alpha=0.6,
    )
    _points(axes, result.front, color=FRONT, s=45, label="Pareto front")
    for one in result.front:
        axes.annotate(
            _label(one, result),
            (one.latency_ms, one.worst_drop),
            xytext=(8, 6),
            textcoords="offset points",
            fontsize=8,
            color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )
    if result.chosen is not None:
        ring: dict[str, Any] = {"facecolors": "none", "edgecolors": CHOSEN, "linewidths": 2.0}
        _points(axes, [result.chosen], s=170, label="chosen", **ring)


def _points(axes: "Axes", candidates: "tuple[Candidate, ...] | list[Candidate]", **style: Any) -> None:
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
