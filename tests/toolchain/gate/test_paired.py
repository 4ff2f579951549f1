"""Real processes: a candidate that does not run, and the peak of memory."""

from pathlib import Path

from tests.toolchain.gate.conftest import SMALL

from edgec.gate.limits import Allowance
from edgec.gate.paired import check_memory, check_slowdown
from edgec_runtime.gate import Answer, LatencyMetric, Plan, Side

QUICK = Plan(first=4, looks=1)


def side(bundle: Path) -> Side:
    return Side(bundle, *SMALL)


def test_a_candidate_that_does_not_run_fails(tiny_bundle: Path, tmp_path: Path) -> None:
    gone, here = side(tmp_path / "none.edgec"), side(tiny_bundle)
    verdict = check_slowdown(SMALL, gone, here, 0.03, LatencyMetric(1), QUICK)
    assert verdict.answer is Answer.FAIL
    assert "the candidate does not run" in verdict.sentence
    assert check_slowdown(SMALL, here, gone, 0.03, LatencyMetric(1), QUICK).answer is Answer.CANNOT_TELL
    assert check_memory(SMALL, gone, here, Allowance(0.05), LatencyMetric(1), QUICK).answer is Answer.FAIL


def test_time_and_memory_come_from_the_same_processes(tiny_bundle: Path) -> None:
    metric = LatencyMetric(1)
    ours = Side(tiny_bundle, "cpu", "int8-static", "portable")
    slowdown = check_slowdown(SMALL, ours, side(tiny_bundle), 50.0, metric, QUICK)
    assert slowdown.answer is Answer.PASS
    assert slowdown.low is not None
    assert slowdown.high is not None
    assert slowdown.low <= slowdown.high < 51
    memory = check_memory(SMALL, ours, side(tiny_bundle), Allowance(mib=1000.0), metric, QUICK)
    assert memory.answer is Answer.PASS
    assert memory.unit == "MiB"
    assert "over 4 starts" in memory.sentence
    assert len(metric.peaks[ours]) == 4
