"""Which layers stay in float: search under budgets of accuracy, latency and size."""

from edgec.tune.budgets import Budgets
from edgec.tune.candidate import Candidate
from edgec.tune.sensitivity import Layer
from edgec.tune.tuning import RECIPE, TuneResult, tune

__all__ = ["RECIPE", "Budgets", "Candidate", "Layer", "TuneResult", "tune"]
