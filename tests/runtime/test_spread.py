"""Which cores the threads of real variants may use afterwards."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from edgec_runtime.cores import threads_of
from edgec_runtime.errors import EngineError
from edgec_runtime.process import VariantProcess
from edgec_runtime.spread import spread

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells and changes it"),
    pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="needs two cores"),
]


@pytest.fixture
def pair(make_bundle: Any) -> Iterator[list[VariantProcess]]:
    """Two of two threads each."""
    path = make_bundle()
    with ExitStack() as stack:
        yield [stack.enter_context(VariantProcess(path, "cpu", "fp32", threads=2)) for _ in range(2)]


def _kept(process: VariantProcess) -> list[int]:
    """The core of each thread that has only one left."""
    cores = [os.sched_getaffinity(thread.number) for thread in threads_of(process.pid)]
    return sorted(core for allowed in cores if len(allowed) == 1 for core in allowed)


def test_both_threads_of_each_keep_to_a_core_of_their_own_and_all_to_the_same_two(
    pair: list[VariantProcess],
) -> None:
    spread(pair)
    first, second = map(_kept, pair)
    assert len(set(first)) == len(first) == 2
    assert first == second
    assert all(len(process.run(2)) == 2 for process in pair)


def test_the_thread_that_calls_the_engine_is_one_that_works(pair: list[VariantProcess]) -> None:
    spread(pair[:1])
    assert len(os.sched_getaffinity(pair[0].pid)) == 1


def test_more_threads_than_cores_are_left_alone(make_bundle: Any) -> None:
    allowed = os.sched_getaffinity(0)
    with VariantProcess(make_bundle(), "cpu", "fp32", threads=len(allowed) + 1) as process:
        spread([process])
        assert all(os.sched_getaffinity(thread.number) == allowed for thread in threads_of(process.pid))


def test_one_that_has_ended_says_so(pair: list[VariantProcess]) -> None:
    pair[1]._process.kill()
    pair[1]._process.wait()
    with pytest.raises(EngineError, match="ended by SIGKILL"):
        spread(pair)
