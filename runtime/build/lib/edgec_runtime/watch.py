"""Watch: what disturbed the machine while something was measured, and what to do about it."""

import os
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from edgec_runtime import sensors

BUSY = 0.05  # share of all cores that other processes may take
STOLEN = 0.02  # share of all cores that the host of a virtual machine may keep back
_FLAGS = {
    0x1: "the supply voltage was too low: use the board's own supply and a short cable",
    0x2: "the clock was capped: cool the board and give it a stronger supply",
    0x4: "the processor throttled itself: cool the board, and let it rest before you measure again",
    0x8: "the board reached its soft limit of temperature: cool it, and let it rest before you measure again",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What the machine tells at one moment; None where it does not. `own`: seconds of our processes."""

    clock: float
    own: float
    processor: tuple[float, float] | None
    throttled: int | None
    flags: int | None
    swapped: int | None

    @classmethod
    def now(cls, root: Path) -> "Moment":
        """Read all of it."""
        return cls(
            perf_counter(),
            sum(os.times()[:4]),
            sensors.processor_seconds(root),
            sensors.throttle_count(root),
            sensors.pi_flags(root),
            sensors.swapped_pages(root),
        )


class Watch:
    """Looks at the machine when it is made, and again when it is asked for its doubts."""

    def __init__(self, root: Path = sensors.ROOT) -> None:
        self._root = root
        self._before = Moment.now(root)

    def doubts(self) -> list[str]:
        """Why not to trust what was measured meanwhile: sentences, each with what to do.

        The processes that were measured must have ended: their share is known only then.
        """
        before, after = self._before, Moment.now(self._root)
        return [
            *_governor(sensors.governor(self._root)),
            *_throttling(before, after),
            *_others(before, after),
            *_swapping(before, after),
        ]


def _governor(name: str | None) -> list[str]:
    if name in (None, "performance"):
        return []
    return [
        f"the governor is {name}, under which the clock follows the load: measure with "
        "`sudo cpupower frequency-set -g performance`"
    ]


def _throttling(before: Moment, after: Moment) -> list[str]:
    found = []
    if before.throttled is not None and after.throttled is not None and after.throttled > before.throttled:
        times = after.throttled - before.throttled
        found.append(f"the processor slowed itself down for heat {times} times: cool it and measure again")
    if after.flags is not None:
        # Bits 16 to 19 stay set until the board is started again: only new ones tell of this run.
        new = after.flags & 0xF | (after.flags & ~(before.flags or 0)) >> 16
        found += [sentence for bit, sentence in _FLAGS.items() if new & bit]
    return found


def _others(before: Moment, after: Moment) -> list[str]:
    if before.processor is None or after.processor is None:
        return []
    all_cores = (after.clock - before.clock) * (os.cpu_count() or 1)
    busy, stolen = (now - then for now, then in zip(after.processor, before.processor, strict=True))
    others = (busy - (after.own - before.own)) / all_cores
    found = []
    if others > BUSY:
        found.append(
            f"other processes took {others:.0%} of the processor: end them, or measure when they have ended"
        )
    if stolen / all_cores > STOLEN:
        found.append(
            f"the host of this virtual machine kept back {stolen / all_cores:.0%} of the processor: measure "
            "at a quieter hour or on a machine of your own, and trust the ratios more than the milliseconds"
        )
    return found


def _swapping(before: Moment, after: Moment) -> list[str]:
    if before.swapped is None or after.swapped is None or after.swapped == before.swapped:
        return []
    return [
        f"{after.swapped - before.swapped} pages were swapped: the memory is full; end what holds it, and "
        "measure fewer variants at a time"
    ]
