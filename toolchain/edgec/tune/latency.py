"""How long candidates take on this machine."""

from collections.abc import Sequence
from functools import partial

from edgec.progress import Progress
from edgec.trial.journal import Journal
from edgec.trial.latency import Start, measure_keys, threads_of
from edgec.tune.workshop import Layers, Workshop, key_of
from edgec_runtime.process import VariantProcess


def measure(
    candidates: Sequence[Layers], base: Layers, workshop: Workshop, journal: Journal, progress: Progress
) -> dict[Layers, dict[str, float]]:
    """Each candidate, and `base` -> {"ms", "times", "more_ms"} of one image, on the target's threads.

    As `edgec.trial.latency.measure_keys`; `more_ms`: how many milliseconds more than `base`. Raises
    EngineError where one does not run.
    """
    by_key = {key_of(layers): layers for layers in (base, *candidates)}

    def ready(key: str) -> Start:
        layers, target = by_key[key], workshop.target
        path, precision = workshop.bundle(layers), workshop.precision(layers)
        return partial(VariantProcess, path, target.name, precision, threads(workshop))

    found = measure_keys(list(by_key), key_of(base), ready, journal, progress)
    least = found[key_of(base)]["ms"]
    return {by_key[key]: {**speed, "more_ms": speed["ms"] - least} for key, speed in found.items()}


def threads(workshop: Workshop) -> int:
    """As many as the target has, or this machine where that is less."""
    return threads_of(workshop.target)
