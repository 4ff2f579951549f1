"""A candidate and a baseline -> verdicts: slower, larger, less accurate, or beyond a budget?"""

from edgec.gate.limits import Allowance, Limits
from edgec.gate.run import GateReport, Request, gate

__all__ = ["Allowance", "GateReport", "Limits", "Request", "gate"]
