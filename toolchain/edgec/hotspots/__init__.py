"""Where a variant's time goes: each operator's, in its layer and its stage of the network."""

from edgec.hotspots.hotspots import Hotspots, Layer, Spot, find_hotspots, find_spots
from edgec.hotspots.levels import level_times
from edgec.hotspots.rows import Profiled, profile_rows

__all__ = [
    "Hotspots",
    "Layer",
    "Profiled",
    "Spot",
    "find_hotspots",
    "find_spots",
    "level_times",
    "profile_rows",
]
