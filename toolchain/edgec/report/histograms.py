"""The weights of each layer as a histogram: small multiples, some to a picture."""

from collections.abc import Sequence
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from torch import nn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from edgec.anatomy import Layer

Values = npt.NDArray[np.float32]

ACROSS, DOWN = 4, 6
"""Histograms in a picture."""
_WIDTH, _HEIGHT = 2.7, 1.75  # inches of each
_MOST_BINS, _PER_BIN, _FEWEST_BINS = 60, 8, 6
_BARS, _ZERO, _INK = "#1f5fa8", "#d1495b", "#333333"


def draw_histograms(network: nn.Module, layers: Sequence["Layer"], title: str) -> list[bytes]:
    """PNGs of the weights of those `layers` that have filters of more than one weight, as they run.

    Each has its own scales: weights of layers differ by orders. A red line stands at zero.
    """
    shown = [layer for layer in layers if layer.filters and _values(network, layer.name).ndim > 1]
    size = ACROSS * DOWN
    pages = [shown[start : start + size] for start in range(0, len(shown), size)]
    numbered = [f"{title}, {number} of {len(pages)}" for number in range(1, len(pages) + 1)]
    titles = [title] if len(pages) == 1 else numbered
    return [_page(network, page, words) for page, words in zip(pages, titles, strict=True)]


def _page(network: nn.Module, layers: Sequence["Layer"], title: str) -> bytes:
    from matplotlib.figure import Figure

    rows = ceil(len(layers) / ACROSS)
    figure = Figure(figsize=(ACROSS * _WIDTH, rows * _HEIGHT + 0.5), dpi=110, layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, parse_math=False)
    grid = figure.subplots(rows, ACROSS, squeeze=False).ravel()
    for axes, layer in zip(grid, layers, strict=False):
        _draw(axes, _values(network, layer.name), layer)
    for axes in grid[len(layers) :]:
        axes.set_visible(False)
    picture = BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _draw(axes: "Axes", values: Values, layer: "Layer") -> None:
    bins = min(_MOST_BINS, max(_FEWEST_BINS, values.size // _PER_BIN))
    axes.hist(values.ravel(), bins=bins, color=_BARS)
    axes.axvline(0, color=_ZERO, linewidth=0.8)
    axes.set_title(layer.name, loc="left", fontsize=9, color=_INK, parse_math=False)
    zeros = f", {layer.filters.sparsity:.0%} zero" if layer.filters and layer.filters.sparsity else ""
    axes.set_xlabel(f"{layer.kind}, std {values.std():.2g}{zeros}", fontsize=7.5, color=_INK)
    axes.locator_params(axis="x", nbins=4)
    axes.tick_params(labelsize=7)
    axes.set_yticks([])
    axes.spines[["top", "right", "left"]].set_visible(False)


def _values(network: nn.Module, name: str) -> Values:
    weight = network.get_submodule(name).get_parameter("weight")
    found: Values = weight.detach().numpy()
    return found
