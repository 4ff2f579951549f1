"""The picture of pruned channels: a row for each group of them, a cell for each channel."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Of Okabe and Ito's palette, which eyes of all kinds tell apart; in grey one is dark and the other light.
KEPT, GONE = "#0072b2", "#f0c060"
_INK, _GAP = "#333333", "white"
_ROW, _WIDTH = 0.27, 11.0  # inches
_SEPARATED = 128  # up to so many channels, a line between cells can be seen


def draw_channels(document: dict[str, Any]) -> bytes:
    """A PNG of what `masks_document` tells; each row is as long, however many channels it has."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    groups = document["groups"]
    figure = Figure(figsize=(_WIDTH, 1.0 + _ROW * len(groups)), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    for row, group in enumerate(groups):
        _draw(axes, row, group)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(groups), 0)
    axes.set_xticks([])
    axes.set_yticks(np.arange(len(groups)) + 0.5, [_name(group) for group in groups], parse_math=False)
    right = axes.secondary_yaxis("right")
    right.set_yticks(np.arange(len(groups)) + 0.5, [_count(group) for group in groups])
    for side in (axes, right):
        side.tick_params(length=0, labelsize=8, labelcolor=_INK)
        side.spines[:].set_visible(False)
    axes.set_title(f"{document['masks']}: {document['model']}", loc="left", fontsize=10, parse_math=False)
    legend = [Patch(color=KEPT, label="stays"), Patch(color=GONE, label="went")]
    place: dict[str, Any] = {"bbox_to_anchor": (1.0, 1.0), "ncols": 2, "borderaxespad": 0.2}
    axes.legend(handles=legend, frameon=False, fontsize=9, loc="lower right", **place)
    picture = BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _draw(axes: "Axes", row: int, group: dict[str, Any]) -> None:
    width, kept = group["width"], set(group["kept"])
    edges: dict[str, Any] = {"linewidth": 0}
    if width <= _SEPARATED:
        edges = {"linewidth": 0.4, "edgecolor": _GAP}
    for colour, places in ((KEPT, kept), (GONE, set(range(width)) - kept)):
        cells = [(place / width, 1 / width) for place in sorted(places)]
        axes.broken_barh(cells, (row + 0.1, 0.8), facecolors=colour, **edges)


def _name(group: dict[str, Any]) -> str:
    """The layer, or its block where that says as much."""
    layer: str = group["layer"]
    return layer if layer.startswith(group["block"]) else f"{group['block']}: {layer}"


def _count(group: dict[str, Any]) -> str:
    kept: Sequence[int] = group["kept"]
    return f"{len(kept)} of {group['width']}"
