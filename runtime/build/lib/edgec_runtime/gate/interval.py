"""By how much a candidate is slower, and how sure that is.

Two processes of the same network may differ for their whole life, by where their memory happens to lie
(Mytkowicz et al., "Producing wrong data without doing anything obviously wrong!", 2009), and what disturbs
one round disturbs the next. So a pair of fresh processes is one observation, however many rounds it ran
(Kalibera and Jones, "Rigorous benchmarking in reasonable time", 2013), and the bootstrap draws whole pairs
(Davison and Hinkley, "Bootstrap methods and their application", 1997, 3.8).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, sqrt

import numpy as np

from edgec_runtime.gate import student
from edgec_runtime.gate.metric import Pair, Values

DRAWS = 2000
TRIMMED = 0.2  # of the pairs at each end: one in six may have met something
FEWEST = 4  # pairs that tell anything


@dataclass(frozen=True, slots=True)
class Slowdown:
    """Candidate over baseline: above 1 is slower; [low, high] holds the truth as surely as was asked."""

    ratio: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{_percent(self.ratio)} [{_percent(self.low)}, {_percent(self.high)}]"


def slowdown(pairs: Sequence[Pair], tail: float) -> Slowdown:
    """The slowdown that `pairs` tell; the truth lies below `low` with a chance of `tail`, as above `high`.

    The trimmed mean over the pairs of the median over their rounds, of the logarithm of the ratio; its
    bootstrap standard error times Student's t, with the bootstrap's known narrowness for few observations
    taken back (Hesterberg, "What teachers should know about the bootstrap", 2015). Pairs of which no round
    is left do not count; fewer than four tell nothing: [0, inf].
    """
    logs = np.array([log_ratio(pair) for pair in pairs if len(pair.baseline)])
    count = len(logs)
    if count < FEWEST:
        return Slowdown(exp(float(np.median(logs))) if count else 1.0, 0.0, inf)
    middle = float(_trimmed_mean(logs))
    draws = np.random.default_rng(0).integers(count, size=(DRAWS, count))
    error = float(_trimmed_mean(logs[draws]).std()) * sqrt(count / (count - 1))
    half = student.quantile(1 - tail, count - 1) * error
    return Slowdown(exp(middle), exp(middle - half), exp(middle + half))


def log_ratio(pair: Pair) -> float:
    """The pair's one observation: log of candidate over baseline, the median over its rounds."""
    return float(np.median(np.log(pair.candidate) - np.log(pair.baseline)))


def _trimmed_mean(values: Values) -> Values:
    """Over the last axis, without the `TRIMMED` least and greatest of it."""
    count = values.shape[-1]
    cut = int(TRIMMED * count)
    mean: Values = np.sort(values, axis=-1)[..., cut : count - cut].mean(axis=-1)
    return mean


def _percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.1f} %"
