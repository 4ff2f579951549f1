"""How long candidates take on this machine: some at a time, interleaved with one that is in every race."""

from collections.abc import Sequence
from functools import partial
from statistics import median

import numpy as np

from edgec.progress import Progress
from edgec.tune.journal import Journal
from edgec.tune.workshop import Layers, Workshop, key_of
from edgec_runtime.machine import cores
from edgec_runtime.process import VariantProcess
from edgec_runtime.race import TOGETHER, race_processes, ratio


def measure(
    candidates: Sequence[Layers], base: Layers, workshop: Workshop, journal: Journal, progress: Progress
) -> dict[Layers, dict[str, float]]:
    """Each candidate, and `base` -> {"ms", "times", "more_ms"} of one image, on the target's threads.

    `times`: how many times as fast as `base`, median over the rounds of one race. `ms`: the median of `base`
    over all races, divided by that, so that what was busy in one race does not count. `more_ms`: how many
    milliseconds more than `base`. Raises EngineError where one does not run.
    """
    times: dict[Layers, float] = {base: 1.0}
    base_ms = []
    others = [candidate for candidate in candidates if candidate != base]
    with progress.step("measure latencies", total=len(others)) as step:
        for start in range(0, max(1, len(others)), TOGETHER):
            batch = [base, *others[start : start + TOGETHER]]
            key = "race " + " ".join(key_of(layers) for layers in batch)
            found = journal.once(key, partial(_race, batch, workshop))
            base_ms.append(found[key_of(base)]["ms"])
            times |= {layers: found[key_of(layers)]["times"] for layers in batch}
            step.advance(len(batch) - 1)
    ms = {layers: median(base_ms) / faster for layers, faster in times.items()}
    return {
        layers: {"ms": ms[layers], "times": times[layers], "more_ms": ms[layers] - ms[base]}
        for layers in times
    }


def threads(workshop: Workshop) -> int:
    """As many as the target has, or this machine where that is less."""
    return min(workshop.target.threads, cores())


def _race(batch: Sequence[Layers], workshop: Workshop) -> dict[str, dict[str, float]]:
    bundles = {layers: workshop.bundle(layers) for layers in batch}
    times = race_processes(
        {
            key_of(layers): partial(
                VariantProcess, path, workshop.target.name, workshop.precision(layers), threads(workshop)
            )
            for layers, path in bundles.items()
        }
    )
    base = times[key_of(batch[0])]
    return {
        key: {"ms": float(np.median(values)), "times": ratio(base, values).median}
        for key, values in times.items()
    }
