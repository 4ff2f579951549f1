"""The checks against another bundle, variant by variant: both run here, side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from edgec.evaluation import EvalResult, evaluate
from edgec.gate.exact import check_recorded_dice, check_size, judge_dice
from edgec.gate.limits import Limits
from edgec.gate.matching import Contents, Key
from edgec.gate.paired import check_memory, check_slowdown
from edgec.progress import Progress
from edgec_runtime.format.profile import in_words
from edgec_runtime.gate import Answer, LatencyMetric, Metric, Plan, Verdict
from edgec_runtime.machine import architecture


@dataclass(frozen=True)
class Comparison:
    """What is compared, and how: `data` names images with masks, on which the Dice is measured anew."""

    candidate: Contents
    baseline: Contents
    limits: Limits
    metric: Metric
    data: str | None = None
    plan: Plan = field(default_factory=Plan)


def check_bundle(comparison: Comparison, keys: Sequence[Key], progress: Progress) -> list[Verdict]:
    """Verdicts on the variants `keys`, which both hold. Raises DataError, BundleError."""
    verdicts = []
    for key in keys:
        with progress.step(f"gate {key[0]} {in_words(key[1], key[2])}"):
            verdicts += [*_exact(comparison, key), *_measured(comparison, key)]
    return verdicts


def _exact(comparison: Comparison, key: Key) -> Iterator[Verdict]:
    limits, candidate, baseline = comparison.limits, comparison.candidate, comparison.baseline
    if limits.size is not None:
        yield check_size(key, candidate.size_mib(key), baseline.size_mib(key), limits.size)
    if limits.dice_drop is None:
        return
    if comparison.data is None:
        yield check_recorded_dice(key, candidate, baseline, limits.dice_drop)
    else:
        yield _measured_dice(comparison, key, comparison.data, limits.dice_drop)


def _measured_dice(comparison: Comparison, key: Key, data: str, drop: float) -> Verdict:
    ours, theirs = (_score(contents, key, data) for contents in (comparison.candidate, comparison.baseline))
    for whose, found, answer in (("candidate", ours, Answer.FAIL), ("baseline", theirs, Answer.CANNOT_TELL)):
        if found.metrics is None:
            foreign = architecture() not in comparison.candidate.variants[key].architectures
            reason = f"the {whose} does not run: {found.reason}"
            return Verdict(*key, "dice", Answer.NOT_RUN if foreign else answer, reason)
    assert ours.metrics is not None
    assert theirs.metrics is not None
    return judge_dice(key, ours.metrics["dice"], theirs.metrics["dice"], drop, data)


def _score(contents: Contents, key: Key, data: str) -> EvalResult:
    found = evaluate(contents.path, data, (key[0],), (key[1],))
    return next(result for result in found if result.profile == key[2])


def _measured(comparison: Comparison, key: Key) -> Iterator[Verdict]:
    limits, metric, plan = comparison.limits, comparison.metric, comparison.plan
    architectures = comparison.candidate.variants[key].architectures
    if isinstance(metric, LatencyMetric) and architecture() not in architectures:
        reason = f"it is for {' and '.join(architectures)}, this machine is {architecture()}"
        yield Verdict(*key, metric.name, Answer.NOT_RUN, reason)
        return
    sides = comparison.candidate.side(key), comparison.baseline.side(key)
    if limits.slowdown is not None:
        yield check_slowdown(key, *sides, limits.slowdown, metric, plan)
    if limits.memory is not None and isinstance(metric, LatencyMetric):
        yield check_memory(key, *sides, limits.memory, metric, plan)
