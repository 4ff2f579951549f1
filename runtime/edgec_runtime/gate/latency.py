"""Time as a metric: two fresh processes, run in turns short enough that a busy moment meets both.

Measured on shared machines: what disturbs a run only ever adds to it, so the least disturbed run of a turn
says most. On one thread a run's time is what it spent of the processor, which waiting for a busy core does
not count into. There both processes share a core, too: another guest of the machine on the core's other half
slows that core alone, by a third as seen. Several threads wait for one another, so there it is time by the
clock, and the runs during which something else took a core are left out. `benchmarks/gate.py` holds the
proof.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from edgec_runtime.cores import share_core
from edgec_runtime.gate.metric import Pair, Side
from edgec_runtime.process import VariantProcess

TURN_MS = 15.0
PAIR_MS = 450.0  # all the turns of both
LEAST_ROUNDS = 4


@dataclass(slots=True)
class Turn:
    """What one turn told: its least time in ms, NaN where all runs were left out."""

    least: float
    runs: int
    dropped: int


class LatencyMetric:
    """Milliseconds of a warm run on `threads` threads.

    `peaks`: MiB that each process of a side held at most, None where the system does not say.
    """

    name, unit, exact = "latency", "ms", False

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.peaks: dict[Side, list[float | None]] = {}
        self._random = np.random.default_rng(0)

    def pair(self, baseline: Side, candidate: Side) -> Pair:
        """Both in fresh processes, a turn of each in every round. Raises EngineError where one does not run.

        In half of the rounds the candidate goes first, in random order.
        """
        sides = (baseline, candidate)
        with ExitStack() as stack:
            processes = self._started(stack, sides)
            count, rounds = _measures([min(process.run(2)) for process in processes])
            if self.threads == 1:
                share_core(*(process.pid for process in processes))
            turns: tuple[list[Turn], list[Turn]] = ([], [])
            for first in self._random.permutation(rounds) % 2:
                for place in (first, 1 - first):
                    turns[place].append(self._turn(processes[place], count))
            for side, process in zip(sides, processes, strict=True):
                self.peaks.setdefault(side, []).append(process.answers[-1]["memory_mib"]["peak"])
        return _paired(*turns)

    def _started(self, stack: ExitStack, sides: Sequence[Side]) -> list[VariantProcess]:
        """Start all at once, which takes as long as one; `stack` ends those that did start."""
        with ThreadPoolExecutor(len(sides)) as pool:
            starts = [pool.submit(self._start, side) for side in sides]
        for start in starts:
            if start.exception() is None:
                stack.enter_context(start.result())
        return [start.result() for start in starts]

    def _start(self, side: Side) -> VariantProcess:
        return VariantProcess(side.bundle, side.target, side.precision, self.threads, side.profile)

    def _turn(self, process: VariantProcess, count: int) -> Turn:
        """`count` runs; the first, which finds cold caches, counts only where it is alone."""
        process.run(count)
        answer = process.answers[-1]
        start = min(1, count - 1)
        if self.threads == 1:
            times = answer["processor_ms"][start:]
            return Turn(min(times), count, 0)
        runs = list(zip(answer["ms"], answer["preemptions"], strict=True))[start:]
        kept = [time for time, taken in runs if not taken]
        return Turn(min(kept, default=np.nan), len(runs), len(runs) - len(kept))


def _measures(times: list[float]) -> tuple[int, int]:
    """How many runs make a turn of either, and how many rounds a pair; an even number."""
    mean = sum(times) / len(times)
    count = max(1, round(TURN_MS / mean))
    rounds = round(PAIR_MS / (2 * count * mean))
    return count, max(LEAST_ROUNDS, rounds + rounds % 2)


def _paired(baseline: list[Turn], candidate: list[Turn]) -> Pair:
    """The rounds in which both sides have a run that counts."""
    values = np.array([[turn.least for turn in turns] for turns in (baseline, candidate)])
    kept = values[:, ~np.isnan(values).any(axis=0)]
    both = [*baseline, *candidate]
    return Pair(kept[0], kept[1], sum(turn.runs for turn in both), sum(turn.dropped for turn in both))
