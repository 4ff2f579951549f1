"""Which cores real processes may use afterwards."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgec_runtime.cores import share_core

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells and changes it")

THREADED = """
import threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
print("ready", flush=True)
input()
"""


@pytest.fixture
def process() -> Iterator[int]:
    """One with two threads."""
    command = [sys.executable, "-c", THREADED]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == "ready\n"
        yield started.pid
        started.kill()


other = process  # a second one


def _cores(process: int) -> list[set[int]]:
    return [os.sched_getaffinity(int(thread.name)) for thread in Path(f"/proc/{process}/task").iterdir()]


def test_all_threads_of_all_processes_keep_to_one_core_that_they_may_use(process: int, other: int) -> None:
    allowed = os.sched_getaffinity(process)
    share_core(process, other)
    threads = _cores(process) + _cores(other)
    assert len(threads) == 4
    assert len(threads[0]) == 1
    assert threads[0] <= allowed
    assert all(cores == threads[0] for cores in threads)


def test_a_process_that_has_ended_is_left_alone() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    before = os.sched_getaffinity(0)
    share_core(ended.pid, os.getpid())
    assert os.sched_getaffinity(0) == before
