"""On which cores the threads of a process run."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_TICKS = (11, 12)  # fields 14 and 15 of /proc/PID/stat, see proc(5): counted from the third, as the
_LAST_CORE = 36  # second may hold blanks; and field 39


class Thread(NamedTuple):
    """`core`: where it ran last. `ticks`: of 10 ms on most kernels, that it has had of a processor."""

    number: int
    core: int
    ticks: int


def threads_of(process: int) -> list[Thread]:
    """Those that it has now, the first of them first. Raises OSError where it has ended or is not told."""
    return [_thread(path) for path in sorted(Path(f"/proc/{process}/task").iterdir(), key=_number)]


def share_core(first: int, *others: int) -> None:
    """Keep all threads of these processes on the core where `first` ran last; only Linux can.

    The scheduler put it there, so that core was the least busy one. Where a process has ended, or may not be
    told, nothing is done.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError):
        core = threads_of(first)[0].core
        for process in (first, *others):
            for thread in threads_of(process):
                os.sched_setaffinity(thread.number, {core})


def _number(path: Path) -> int:
    return int(path.name)


def _thread(path: Path) -> Thread:
    fields = (path / "stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
    return Thread(_number(path), int(fields[_LAST_CORE]), sum(int(fields[place]) for place in _TICKS))
