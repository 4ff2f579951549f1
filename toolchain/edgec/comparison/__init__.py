"""Ways to prune beside each other: each pruned, trained, built and raced against the network as it was."""

from edgec.comparison.compare import Comparison, Row, compare

__all__ = ["Comparison", "Row", "compare"]
