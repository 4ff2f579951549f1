"""Which share of each block goes so that a network meets a budget of latency: measured, then searched."""

from edgec.prune_plan.budget import Budget
from edgec.prune_plan.choices import Found
from edgec.prune_plan.costs import Cut
from edgec.prune_plan.plan import Plan, plan_pruning

__all__ = ["Budget", "Cut", "Found", "Plan", "plan_pruning"]
