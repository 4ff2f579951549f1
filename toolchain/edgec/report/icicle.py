"""The icicle of a variant's time: network, stages, layers and operators, each as wide as its time."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from edgec.errors import OutputError
from edgec.hotspots import Hotspots
from edgec_runtime.wholefile import write_whole

COLOURS = {
    "binary": "#3b7dd8",
    "int8": "#4c9f70",
    "int8-dynamic": "#4c9f70",
    "float32": "#d1693f",
    "bfloat16": "#d9a441",
}
CONVERT, OTHER, WHOLE = "#9a7bb0", "#8d99a6", "#dde3e8"
ROWS = {"network": 0.5, "stage": 0.6, "layer": 1.6, "operator": 1.3}  # and their heights
WIDTH, HEIGHT, DPI = 16.0, 5.0, 110
LABELLED, LETTER = 0.0075, 0.0058  # of the width: narrower boxes have no words; of a letter
EDGE: dict[str, Any] = {"edgecolor": "white", "linewidth": 0.8}


@dataclass(frozen=True)
class Box:
    """From `start`, `width` milliseconds, in one of ROWS."""

    row: str
    start: float
    width: float
    words: str
    colour: str


def boxes(found: Hotspots) -> Iterator[Box]:
    """From left to right as the model runs, each inside the one it belongs to.

    Operators stand at their layer, and layers at their stage, where the first of them runs.
    """
    yield Box("network", 0.0, found.milliseconds, f"{found.precision}: {found.milliseconds:.2f} ms", WHOLE)
    names = list(dict.fromkeys(layer.stage for layer in found.layers))
    start = 0.0
    for name in names:
        members = [layer for layer in found.layers if layer.stage == name]
        width = sum(layer.milliseconds for layer in members)
        yield Box("stage", start, width, f"{name}\n{width / (found.milliseconds or 1):.0%}", WHOLE)
        for layer in members:
            yield Box("layer", start, layer.milliseconds, layer.name, _colour(layer.type))
            for spot in layer.spots:
                yield Box(
                    "operator", start, spot.milliseconds, spot.operator.kind, _colour(spot.operator.type)
                )
                start += spot.milliseconds


def draw_icicle(found: Hotspots, title: str, path: Path) -> None:
    """Write the picture as PNG, whole or not at all. Raises OutputError."""
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    for box in boxes(found):
        _draw(axes, box, found.milliseconds)
    axes.set_xlim(0, found.milliseconds or 1)
    axes.set_ylim(sum(ROWS.values()), 0)
    axes.set_yticks([_top(row) + height / 2 for row, height in ROWS.items()], list(ROWS))
    axes.set_xlabel("ms")
    axes.set_title(title, loc="left")
    types = dict.fromkeys(spot.operator.type for spot in found.spots)
    axes.legend(
        [Rectangle((0, 0), 1, 1, color=_colour(type_)) for type_ in types],
        list(types),
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        frameon=False,
    )
    picture = BytesIO()
    figure.savefig(picture, format="png")
    try:
        write_whole(path, picture.getvalue())
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error


def _draw(axes: Axes, box: Box, whole: float) -> None:
    top, height = _top(box.row), ROWS[box.row]
    axes.add_patch(Rectangle((box.start, top), box.width, height, facecolor=box.colour, **EDGE))
    if box.width < LABELLED * whole:
        return
    lines = box.words.splitlines()
    fits = box.width > max(map(len, lines)) * LETTER * whole
    axes.text(
        box.start + box.width / 2,
        top + height / 2,
        box.words if fits else lines[0],
        ha="center",
        va="center",
        fontsize=7.5,
        rotation=0 if fits else 90,
        clip_on=True,
    )


def _top(row: str) -> float:
    names = list(ROWS)
    return sum(ROWS[name] for name in names[: names.index(row)])


def _colour(type_: str) -> str:
    return CONVERT if type_ == "convert" else COLOURS.get(type_, OTHER)
