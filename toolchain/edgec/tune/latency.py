"""How long candidates take on this machine: some at a time, interleaved with one that is in every race."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial

import numpy as np

from edgec.progress import Progress
from edgec.tune.journal import Journal
from edgec.tune.workshop import Layers, Workshop, key_of
from edgec_runtime.machine import cores
from edgec_runtime.process import VariantProcess
from edgec_runtime.race import race, ratio

TOGETHER = 4  # beside the base; each is a process with the whole network in memory


def measure(
    candidates: Sequence[Layers], base: Layers, workshop: Workshop, journal: Journal, progress: Progress
) -> dict[Layers, dict[str, float]]:
    """Each candidate, and `base` -> {"ms", "times", "more_ms"} of one image, on the target's threads.

    `ms`: median. `times`: how many times as fast as `base`, and `more_ms`: how many milliseconds more, both
    medians over the rounds of one race. Raises EngineError where one does not run.
    """
    found: dict[Layers, dict[str, float]] = {}
    others = [candidate for candidate in candidates if candidate != base]
    with progress.step("measure latencies", total=len(others)) as step:
        for start in range(0, max(1, len(others)), TOGETHER):
            batch = [base, *others[start : start + TOGETHER]]
            key = "race " + " ".join(key_of(layers) for layers in batch)
            times = journal.once(key, partial(_race, batch, workshop))
            for layers in batch:
                found.setdefault(layers, times[key_of(layers)])
            step.advance(len(batch) - 1)
    return found


def threads(workshop: Workshop) -> int:
    """As many as the target has, or this machine where that is less."""
    return min(workshop.target.threads, cores())


def _race(batch: Sequence[Layers], workshop: Workshop) -> dict[str, dict[str, float]]:
    bundles = {layers: workshop.bundle(layers) for layers in batch}
    with ExitStack() as stack:
        processes: Mapping[str, VariantProcess] = {
            key_of(layers): stack.enter_context(
                VariantProcess(path, workshop.target.name, workshop.precision(layers), threads(workshop))
            )
            for layers, path in bundles.items()
        }
        times = race({key: process.run for key, process in processes.items()})
    base = times[key_of(batch[0])]
    return {
        key: {
            "ms": float(np.median(values)),
            "times": ratio(base, values).median,
            "more_ms": float(np.median(values - base)),
        }
        for key, values in times.items()
    }
