"""How long candidates take on this machine: some at a time, interleaved with one that is in every race."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import median

import numpy as np

from edgec.progress import Progress
from edgec.trial.journal import Journal
from edgec_runtime.machine import cores
from edgec_runtime.process import VariantProcess
from edgec_runtime.race import TOGETHER, Times, race_processes, ratio
from edgec_targets import Target

KNOWN = 0.04  # the width of a ratio's interval, of the ratio: 24 rounds have that on a quiet machine

Start = Callable[[], VariantProcess]


def measure_keys(
    keys: Sequence[str], base: str, ready: Callable[[str], Start], journal: Journal, progress: Progress
) -> dict[str, dict[str, float]]:
    """Each candidate, and `base` -> {"ms", "times"} of one image; each race is kept in the journal.

    `ready`: builds what a candidate needs, and gives what starts it. `times`: how many times as fast as
    `base`, median over the rounds of one race. `ms`: the median of `base` over all races, divided by that, so
    that what was busy in one race does not count. Raises EngineError where one does not run.
    """
    times: dict[str, float] = {base: 1.0}
    base_ms = []
    others = [key for key in keys if key != base]
    with progress.step("measure latencies", total=len(others)) as step:
        for start in range(0, max(1, len(others)), TOGETHER):
            batch = [base, *others[start : start + TOGETHER]]
            found = journal.once("race on a core each " + " ".join(batch), partial(_race, batch, ready))
            base_ms.append(found[base]["ms"])
            times |= {key: found[key]["times"] for key in batch}
            step.advance(len(batch) - 1)
    return {key: {"ms": median(base_ms) / faster, "times": faster} for key, faster in times.items()}


def threads_of(target: Target) -> int:
    """As many as the target has, or this machine where that is less."""
    return min(target.threads, cores())


def _race(batch: Sequence[str], ready: Callable[[str], Start]) -> dict[str, dict[str, float]]:
    starts = {key: ready(key) for key in batch}
    times = race_processes(starts, decided=partial(_decided, batch[0]))
    base = times[batch[0]]
    return {
        key: {"ms": float(np.median(values)), "times": ratio(base, values).median}
        for key, values in times.items()
    }


def _decided(base: str, times: Mapping[str, Times]) -> bool:
    """Whether each ratio is known as well as candidates differ."""
    found = [ratio(times[base], values) for values in times.values()]
    return all(one.high - one.low <= KNOWN * one.median for one in found)
