"""Gate: is a candidate slower than its baseline? Told so that it never cries wolf.

`metric.py` is what two variants are compared by, `latency.py` the first of them; `interval.py` and `trial.py`
are the decision, which starts nothing and prints nothing; `verdict.py` is what comes out.
"""

from edgec_runtime.gate.interval import Slowdown, slowdown
from edgec_runtime.gate.latency import LatencyMetric
from edgec_runtime.gate.metric import Metric, Pair, Side
from edgec_runtime.gate.trial import Plan, Trial, compare, judge
from edgec_runtime.gate.verdict import Answer, Verdict, overall

__all__ = [
    "Answer",
    "LatencyMetric",
    "Metric",
    "Pair",
    "Plan",
    "Side",
    "Slowdown",
    "Trial",
    "Verdict",
    "compare",
    "judge",
    "overall",
    "slowdown",
]
