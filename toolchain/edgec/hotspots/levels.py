"""The time of each part of the module that a network was exported from."""

import re
from collections.abc import Iterable, Mapping

from edgec.hotspots.hotspots import Spot
from edgec.zoo.levels import level_of


def level_times(spots: Iterable[Spot], modules: Mapping[str, str], levels: Iterable[str]) -> dict[str, float]:
    """Milliseconds of each of `levels`, and under "" of what runs between them, as the network runs.

    `modules`: node of the graph -> path of the module that it comes from (`edgec.export.Exported`).
    """
    names, times = tuple(levels), dict[str, float]()
    for spot in spots:
        level = level_of(modules.get(origin(spot.layer, modules), ""), names)
        times[level] = times.get(level, 0.0) + spot.milliseconds
    return times


def origin(layer: str, nodes: Mapping[str, str]) -> str:
    """The node of the exported graph that a layer was made of; the layer itself where none is known.

    What a pass or a lowering makes of a node is called NODE.PART or NODE_PART.
    """
    ends = [match.start() for match in re.finditer(r"[._]", layer)]
    return next((layer[:end] for end in [len(layer), *reversed(ends)] if layer[:end] in nodes), layer)
