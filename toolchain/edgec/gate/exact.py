"""The checks that measure nothing: size, and the accuracy that is known already."""

from typing import Any

from edgec.gate.limits import Allowance
from edgec.gate.matching import Contents, Key
from edgec_runtime.format.manifest import Accuracy
from edgec_runtime.gate import Answer, Verdict

ROUNDING = 1e-9  # of differences of decimals


def check_size(key: Key, candidate: float, baseline: float, allowed: Allowance) -> Verdict:
    """MiB of the variant's files."""
    ratio = candidate / baseline
    answer = Answer.PASS if ratio <= allowed.ratio(baseline) + ROUNDING else Answer.FAIL
    sentence = (
        f"its files take {candidate:.2f} MiB, {100 * (ratio - 1):+.1f} % of the baseline's {baseline:.2f}; "
        f"{allowed} more is allowed"
    )
    numbers: dict[str, Any] = {"baseline": baseline, "candidate": candidate, "low": ratio, "high": ratio}
    return Verdict(*key, "size", answer, sentence, unit="MiB", limit=str(allowed), **numbers)


def check_recorded_dice(key: Key, candidate: Contents, baseline: Contents, drop: float) -> Verdict:
    """The Dice that the two builds measured; not run where they did not score the same images."""
    ours, theirs = candidate.variants[key].accuracy, baseline.variants[key].accuracy
    if ours is None or theirs is None or _scored_on(ours) != _scored_on(theirs):
        sentence = (
            f"the builds scored on {_scored_on(ours)} and {_scored_on(theirs)} (the baseline), which do not "
            "compare: name images with masks by --data"
        )
        return Verdict(*key, "dice", Answer.NOT_RUN, sentence)
    return judge_dice(key, ours.dice, theirs.dice, drop, _scored_on(ours))


def judge_dice(key: Key, candidate: float, baseline: float, drop: float, where: str) -> Verdict:
    """Whether the Dice fell by more than `drop`."""
    answer = Answer.PASS if baseline - candidate <= drop + ROUNDING else Answer.FAIL
    sentence = (
        f"Dice {candidate:.4f} on {where}, {candidate - baseline:+.4f} from the baseline's {baseline:.4f}; "
        f"a drop of {drop:g} is allowed"
    )
    return Verdict(*key, "dice", answer, sentence, baseline=baseline, candidate=candidate, limit=f"{drop:g}")


def _scored_on(accuracy: Accuracy | None) -> str:
    return "nothing" if accuracy is None else f"{accuracy.samples} images of {accuracy.data}"
