"""Pairs of real processes of a tiny bundle."""

from pathlib import Path

import numpy as np
import pytest

from edgec_runtime.errors import EngineError
from edgec_runtime.gate import LatencyMetric, Side
from edgec_runtime.gate.latency import LEAST_ROUNDS, Turn, _measures, _paired


@pytest.fixture(scope="module")
def side(tiny_bundle: Path) -> Side:
    return Side(tiny_bundle, "cpu", "fp32")


@pytest.mark.parametrize("threads", [1, 2])
def test_a_pair_has_times_of_the_same_rounds_and_the_peak_of_each_process(side: Side, threads: int) -> None:
    metric = LatencyMetric(threads)
    pair = metric.pair(side, Side(side.bundle, "cpu", "int8-static", "portable"))
    assert len(pair.baseline) == len(pair.candidate) >= (LEAST_ROUNDS if threads == 1 else 0)
    assert np.isfinite(pair.baseline).all()
    assert (pair.baseline > 0).all()
    assert 0 <= pair.dropped <= pair.runs
    assert [len(peaks) for peaks in metric.peaks.values()] == [1, 1]
    assert all(peak is not None and peak > 20 for peaks in metric.peaks.values() for peak in peaks)


def test_on_one_thread_no_run_is_left_out_for_waiting(side: Side) -> None:
    assert LatencyMetric(1).pair(side, side).dropped == 0


def test_a_side_that_does_not_run_ends_the_other_too(side: Side, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="there is no such file"):
        LatencyMetric(1).pair(side, Side(tmp_path / "none.edgec", "cpu", "fp32"))


def test_turns_fill_some_milliseconds_and_rounds_are_even() -> None:
    assert _measures([12.4, 12.6]) == (1, 18)
    assert _measures([0.1, 0.1]) == (150, 16)
    assert _measures([400.0, 420.0]) == (1, LEAST_ROUNDS)


def test_a_round_counts_where_both_sides_have_a_run_that_does() -> None:
    nothing = Turn(np.nan, 3, 3)
    pair = _paired([Turn(1.0, 3, 0), nothing, Turn(3.0, 3, 1)], [Turn(2.0, 3, 0), Turn(2.0, 3, 0), nothing])
    assert (pair.baseline.tolist(), pair.candidate.tolist()) == ([1.0], [2.0])
    assert (pair.runs, pair.dropped) == (18, 7)
