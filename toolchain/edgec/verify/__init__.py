"""How far a step's outputs are from the network's, and how far they may be."""

from edgec.verify.comparison import Comparison, check_fp32, compare, decibels, parity
from edgec.verify.limits import FLOAT, Limits, engine_limits, graph_limits
from edgec.verify.reference import reference, reference_outputs

__all__ = [
    "FLOAT",
    "Comparison",
    "Limits",
    "check_fp32",
    "compare",
    "decibels",
    "engine_limits",
    "graph_limits",
    "parity",
    "reference",
    "reference_outputs",
]
