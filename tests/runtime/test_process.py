from pathlib import Path
from typing import Any

import pytest

from edgec_runtime.errors import EngineError
from edgec_runtime.process import VariantProcess


def test_it_runs_as_often_as_it_is_told(make_bundle: Any) -> None:
    with VariantProcess(make_bundle(), "cpu", "fp32", threads=1) as process:
        assert process.loaded["precision_in_force"] == "f32"
        assert process.loaded["threads"] == 1
        assert [len(process.run(count)) for count in (1, 5)] == [1, 5]
        assert all(milliseconds > 0 for milliseconds in process.run(3))
        assert [len(answer["ms"]) for answer in process.answers] == [1, 5, 3]
        # Newer kernels count pages roughly.
        assert process.answers[-1]["memory_mib"]["peak"] + 0.5 >= process.loaded["memory_mib"]["after_load"]


def test_each_run_tells_what_it_spent_and_how_often_it_was_disturbed(make_bundle: Any) -> None:
    with VariantProcess(make_bundle(), "cpu", "fp32", threads=1) as process:
        times = process.run(20)
        answer = process.answers[-1]
    # A thread alone spends no more of the processor than passes by the clock, but for the clocks' own cost.
    assert all(0 < spent <= time + 1 for spent, time in zip(answer["processor_ms"], times, strict=True))
    assert len(answer["preemptions"]) == 20
    assert all(count >= 0 for count in answer["preemptions"])


def test_two_run_side_by_side(make_bundle: Any) -> None:
    path = make_bundle()
    with VariantProcess(path, "cpu", "fp32", 1) as one, VariantProcess(path, "cpu", "fp32", 1) as other:
        assert len(one.run(2)) == len(other.run(2)) == len(one.run(2))


def test_what_cannot_be_loaded_says_why(make_bundle: Any, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no variant of precision 'fp16'"):
        VariantProcess(make_bundle(), "cpu", "fp16", threads=1)
    with pytest.raises(EngineError, match="no such file"):
        VariantProcess(tmp_path / "none.edgec", "cpu", "fp32", threads=1)


def test_a_process_that_was_ended_says_so(make_bundle: Any) -> None:
    with VariantProcess(make_bundle(), "cpu", "fp32", threads=1) as process:
        process._process.kill()
        process._process.wait()
        with pytest.raises(EngineError, match="ended by SIGKILL"):
            process.run(1)


def test_one_that_takes_too_long_is_ended(make_bundle: Any) -> None:
    with pytest.raises(EngineError, match=r"more than 0.01 s"):
        VariantProcess(make_bundle(), "cpu", "fp32", threads=1, timeout=0.01)


def test_closing_twice_does_nothing(make_bundle: Any) -> None:
    process = VariantProcess(make_bundle(), "cpu", "fp32", threads=1)
    process.close()
    process.close()
