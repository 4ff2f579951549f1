"""Each working thread on a core of its own, so that none waits for another of its own process."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from math import ceil
from statistics import median

from edgec_runtime.cores import Thread, threads_of
from edgec_runtime.process import VariantProcess

WATCH_MS = 300.0  # of runs tell the threads that work from the others: the kernel counts in steps of 10 ms


def spread(processes: Sequence[VariantProcess]) -> None:
    """Keep the working threads of each process on cores of their own, the same cores for all; only Linux can.

    Beside other work the scheduler may leave both threads of one process on one core, and those of another on
    two, for as long as they live: their ratio tells where they are then. The cores are those where the
    threads of the first ran last. Where there are fewer of them than threads, nothing is done. Raises
    EngineError where a process ends.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError):
        working = [_working(process) for process in processes]
        cores = _distinct([thread.core for threads in working for thread in threads])
        if any(len(threads) > len(cores) for threads in working):
            return
        for threads in working:
            for thread, core in zip(threads, cores, strict=False):
                os.sched_setaffinity(thread.number, {core})


def _working(process: VariantProcess) -> list[Thread]:
    """As many as it was told to use, in the order of their numbers: those that ran longest in some runs."""
    count = ceil(WATCH_MS / median(process.run(3)))
    before = {thread.number: thread.ticks for thread in threads_of(process.pid)}
    process.run(count)
    found = threads_of(process.pid)
    most = sorted(found, key=lambda thread: thread.ticks - before.get(thread.number, 0), reverse=True)
    return sorted(most[: process.loaded["threads"]])


def _distinct(cores: Sequence[int]) -> list[int]:
    """Each once, in the order they are named, and then the others that may be used."""
    allowed = os.sched_getaffinity(0)
    return [core for core in dict.fromkeys([*cores, *sorted(allowed)]) if core in allowed]
