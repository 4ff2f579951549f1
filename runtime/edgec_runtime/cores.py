"""On which cores a process runs."""

import os
import sys
from contextlib import suppress
from pathlib import Path

_LAST_CORE = 36  # field 39 of /proc/PID/stat, see proc(5), counted from the third: the second may hold blanks


def share_core(first: int, *others: int) -> None:
    """Keep all threads of these processes on the core where `first` ran last; only Linux can.

    The scheduler put it there, so that core was the least busy one. Where a process has ended, or may not be
    told, nothing is done.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError):
        stat = Path(f"/proc/{first}/stat").read_text("ascii", errors="replace")
        core = int(stat.rpartition(")")[2].split()[_LAST_CORE])
        for process in (first, *others):
            for thread in Path(f"/proc/{process}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {core})
