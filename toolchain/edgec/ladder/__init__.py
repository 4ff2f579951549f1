"""The parity ladder: a bundle beside its source, step by step, on the same real samples.

The rungs form a tree: torch -> exported -> simplified -> the graph in each precision -> each engine's files.
Each rung is compared with the one below it and with the lowest.
"""

from edgec.ladder.bisect import Parting
from edgec.ladder.climb import Ladder, Rung
from edgec.ladder.verify import verify

__all__ = ["Ladder", "Parting", "Rung", "verify"]
