"""The checks that run both: slowdown, and the memory of the same processes."""

from typing import Any

import numpy as np

from edgec.gate.limits import Allowance
from edgec.gate.matching import Key
from edgec_runtime.errors import EngineError
from edgec_runtime.gate import (
    Answer,
    LatencyMetric,
    Metric,
    Pair,
    Plan,
    Side,
    Trial,
    Verdict,
    compare,
    judge,
    slowdown,
)
from edgec_runtime.process import VariantProcess

BUSY = 0.2  # share of runs left out above which that is why nothing could be told


def check_slowdown(
    key: Key, candidate: Side, baseline: Side, allowed: float, metric: Metric, plan: Plan
) -> Verdict:
    """Whether the candidate takes more than `allowed` more of what `metric` tells.

    A candidate that does not run where the baseline does is a fail.
    """
    try:
        trial = compare(metric, baseline, candidate, 1 + allowed, plan)
    except EngineError as error:
        return _did_not_run(key, metric.name, candidate, metric, error)
    base, ours = (_middle(trial, side) for side in ("baseline", "candidate"))
    return Verdict(
        *key,
        metric.name,
        trial.answer,
        _sentence(trial, allowed, metric, base, ours),
        unit=metric.unit,
        baseline=base,
        candidate=ours,
        low=_finite(trial.slowdown.low),
        high=_finite(trial.slowdown.high),
        limit=f"{100 * allowed:g} %",
    )


def check_memory(
    key: Key, candidate: Side, baseline: Side, allowed: Allowance, metric: LatencyMetric, plan: Plan
) -> Verdict:
    """Whether the candidate's peak exceeds the baseline's: of the processes that `metric` has started."""
    try:
        while len(metric.peaks.get(candidate, ())) < plan.first:
            metric.pair(baseline, candidate)
    except EngineError as error:
        return _did_not_run(key, "memory", candidate, metric, error)
    told = zip(metric.peaks[baseline], metric.peaks[candidate], strict=True)
    known = [(base, ours) for base, ours in told if base is not None and ours is not None]
    if not known:
        return Verdict(*key, "memory", Answer.NOT_RUN, "this system does not tell a process's peak of memory")
    base, ours = np.array(known).T
    pairs = [Pair(*each) for each in zip(base[:, None], ours[:, None], strict=True)]
    found = slowdown(pairs, plan.tail)
    theirs, peak = float(np.median(base)), float(np.median(ours))
    answer = judge(found, allowed.ratio(theirs))
    sentence = (
        f"its peak is {peak:.1f} MiB, {found} of the baseline's {theirs:.1f} MiB over {len(pairs)} starts; "
        f"{allowed} more is allowed"
    )
    numbers: dict[str, Any] = {"baseline": theirs, "candidate": peak}
    numbers |= {"low": _finite(found.low), "high": _finite(found.high)}
    return Verdict(*key, "memory", answer, sentence, unit="MiB", limit=str(allowed), **numbers)


def _did_not_run(key: Key, check: str, candidate: Side, metric: Metric, error: EngineError) -> Verdict:
    if isinstance(metric, LatencyMetric):
        try:
            VariantProcess(
                candidate.bundle, candidate.target, candidate.precision, metric.threads, candidate.profile
            ).close()
        except EngineError as reason:
            return Verdict(*key, check, Answer.FAIL, f"the candidate does not run: {reason}")
    return Verdict(*key, check, Answer.CANNOT_TELL, f"it could not be measured: {error}")


def _middle(trial: Trial, side: str) -> float | None:
    values = np.concatenate([getattr(pair, side) for pair in trial.pairs])
    return float(np.median(values)) if len(values) else None


def _sentence(
    trial: Trial, allowed: float, metric: Metric, baseline: float | None, candidate: float | None
) -> str:
    if baseline is None or candidate is None:
        return f"something else had the processor in all runs: {_ADVICE}"
    values = f"{candidate:.4g} {metric.unit} instead of {baseline:.4g}"
    starts = "" if metric.exact else f" over {len(trial.pairs)} pairs of processes"
    said = f"{trial.slowdown} slower ({values}){starts}; {100 * allowed:g} % is allowed"
    if trial.answer is not Answer.CANNOT_TELL:
        return said
    busy = f", and something else had the processor in {trial.dropped:.0%} of the runs"
    return f"{said}, which lies within{busy if trial.dropped > BUSY else ''}: {_ADVICE}"


_ADVICE = "gate again on a quieter machine, on one thread, or allow more"


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
