"""Pictures of training: loss, rate and metrics over the epochs, and the loss over the rate."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from edgec.report.eval import METRICS
from edgec.report.written import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from edgec.learn.fit import FitResult
    from edgec.training import RateCurve

LOSS, RATE, BEST = "#1f5fa8", "#8a8a8a", "#d1495b"
COLOURS = ("#1f5fa8", "#d1495b", "#2e8b57", "#b0762a", "#7a4ea3")


def draw_curves(fitted: "FitResult", path: Path) -> None:
    """A PNG of the loss and the learning rate, and of the metrics below them. Raises OutputError."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(9, 7), dpi=120, layout="constrained")
    loss, metrics = figure.subplots(2, 1, sharex=True)
    epochs = [row["epoch"] for row in fitted.epochs]
    _plain(loss, "training loss", "loss")
    loss.plot(epochs, [row["loss"] for row in fitted.epochs], color=LOSS, marker=".", markersize=4)
    rate = loss.twinx()
    rate.plot(epochs, [row["lr"] for row in fitted.epochs], color=RATE, linewidth=1, linestyle=":")
    rate.set_ylabel("learning rate (dotted)", color=RATE)
    rate.spines[["top"]].set_visible(False)
    _plain(metrics, "on whole images of the validation part", "score")
    judged = [row for row in fitted.epochs if "dice" in row]
    for key, colour in zip(fitted.best.as_dict(), COLOURS, strict=True):
        width = 2 if key == "dice" else 1
        x, y = [row["epoch"] for row in judged], [row[key] for row in judged]
        metrics.plot(x, y, color=colour, linewidth=width, marker=".", markersize=4, label=METRICS[key])
    metrics.axvline(fitted.best_epoch, color=BEST, linewidth=1, linestyle="--")
    metrics.set_title(
        f"kept: epoch {fitted.best_epoch}, Dice {fitted.best.dice:.4f}", loc="right", fontsize=10, color=BEST
    )
    metrics.set_xlabel("epoch")
    metrics.xaxis.set_major_locator(MaxNLocator(integer=True))
    metrics.legend(fontsize=9, edgecolor="none", framealpha=0.9, loc="lower right")
    _save(figure, path)


def draw_rates(curve: "RateCurve", path: Path) -> None:
    """A PNG of the loss over the rate, with the one that is suggested. Raises OutputError."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    _plain(axes, "range test: the smoothed loss as the rate rises", "loss")
    axes.plot(curve.rates, curve.losses, color=LOSS)
    axes.axvline(curve.suggestion, color=BEST, linewidth=1, linestyle="--")
    axes.set_title(f"steepest at {curve.suggestion:.2g}", loc="right", fontsize=10, color=BEST)
    axes.set_xscale("log")
    axes.set_xlabel("learning rate")
    _save(figure, path)


def _plain(axes: "Axes", title: str, unit: str) -> None:
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_ylabel(unit)
    axes.grid(color="#e6e6e6", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _save(figure: "Figure", path: Path) -> None:
    buffer = BytesIO()
    figure.savefig(buffer, format="png")
    write_bytes(path, buffer.getvalue())
