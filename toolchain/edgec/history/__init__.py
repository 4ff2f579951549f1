"""History: measurements of many versions in one SQLite file, and where they changed."""

from edgec.history.append import append, prepare
from edgec.history.changes import ChangePoint, change_points, tells_noise
from edgec.history.divisive import FEWEST
from edgec.history.entry import Entry
from edgec.history.metrics import LATENCY, METRICS, Metric
from edgec.history.series import Series, Setting, read_history

__all__ = [
    "FEWEST",
    "LATENCY",
    "METRICS",
    "ChangePoint",
    "Entry",
    "Metric",
    "Series",
    "Setting",
    "append",
    "change_points",
    "prepare",
    "read_history",
    "tells_noise",
]
