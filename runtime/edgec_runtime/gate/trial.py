"""The decision: pairs are measured until the interval of the slowdown lies on one side of the limit."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp

from edgec_runtime.gate.interval import Slowdown, log_ratio, slowdown
from edgec_runtime.gate.metric import Metric, Pair, Side
from edgec_runtime.gate.verdict import Answer

Measure = Callable[[], Pair]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a gate looks for an answer.

    It looks first after `first` pairs of fresh processes, then after each `more`, at all of them, at most
    `looks` times. `error`: the chance that one of all those looks sees the slowdown on the wrong side of the
    limit, when it is just there. It is shared out evenly (Bonferroni), so that looking often does not make a
    wrong answer likelier. A fail is told only after `again` fresh pairs say it by themselves, in which they
    err with a chance of `again_error`.
    """

    first: int = 6
    more: int = 3
    looks: int = 9
    error: float = 0.05
    again: int = 4
    again_error: float = 0.1

    @property
    def tail(self) -> float:
        """The chance of each look at each end."""
        return self.error / self.looks / 2


@dataclass(frozen=True, slots=True)
class Trial:
    """The answer, and the pairs that it comes from."""

    answer: Answer
    slowdown: Slowdown
    pairs: tuple[Pair, ...]

    @property
    def dropped(self) -> float:
        """The share of the runs that were left out."""
        runs = sum(pair.runs for pair in self.pairs)
        return sum(pair.dropped for pair in self.pairs) / runs if runs else 0.0


def judge(found: Slowdown, limit: float) -> Answer:
    """Where the interval lies: all of it above the ratio `limit`, none of it, or across."""
    if found.low > limit:
        return Answer.FAIL
    return Answer.PASS if found.high <= limit else Answer.CANNOT_TELL


def compare(metric: Metric, baseline: Side, candidate: Side, limit: float, plan: Plan) -> Trial:
    """Whether `candidate` exceeds `limit` times `baseline`. Raises EngineError where one does not run."""

    def measure() -> Pair:
        return metric.pair(baseline, candidate)

    return _once(measure, limit) if metric.exact else try_out(measure, limit, plan)


def _once(measure: Measure, limit: float) -> Trial:
    pair = measure()
    ratio = exp(log_ratio(pair))
    found = Slowdown(ratio, ratio, ratio)
    return Trial(judge(found, limit), found, (pair,))


def try_out(measure: Measure, limit: float, plan: Plan) -> Trial:
    """Measure until the answer is told, or cannot be. `limit`: the ratio that is still allowed, 1.03.

    Fresh pairs that do not confirm a fail count with the others, and the search goes on. Raises what
    `measure` does.
    """
    pairs: list[Pair] = []
    answer, found = Answer.CANNOT_TELL, slowdown((), plan.tail)
    for look in range(plan.looks):
        pairs += _fresh(measure, plan.more if look else plan.first)
        found = slowdown(pairs, plan.tail)
        answer = judge(found, limit)
        if answer is Answer.FAIL:
            again = _fresh(measure, plan.again)
            answer = judge(slowdown(again, plan.again_error), limit)
            answer = answer if answer is Answer.FAIL else Answer.CANNOT_TELL
            pairs += again
            found = slowdown(pairs, plan.tail)
        if answer is not Answer.CANNOT_TELL:
            break
    return Trial(answer, found, tuple(pairs))


def _fresh(measure: Measure, count: int) -> list[Pair]:
    return [measure() for _ in range(count)]
