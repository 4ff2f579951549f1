import numpy as np
import pytest

from edgec_runtime.measure import Latency, Policy, Run, Runs, measure, summary, timed


def runs_of(run: Run) -> Runs:
    return lambda count: [timed(run) for _ in range(count)]


def test_numbers_are_numpys() -> None:
    times = np.random.default_rng(0).gamma(3, 2, 1000).tolist()
    found = summary(times)
    assert found.median == pytest.approx(np.median(times), abs=1e-4)
    assert found.mean == pytest.approx(np.mean(times), abs=1e-4)
    assert found.cv == pytest.approx(np.std(times, ddof=1) / np.mean(times), abs=1e-4)
    for share, value in ((90, found.p90), (99, found.p99)):
        assert value == pytest.approx(np.percentile(times, share, method="inverted_cdf"), abs=1e-4)
    assert (found.min, found.max, found.runs) == (round(min(times), 4), round(max(times), 4), 1000)


@pytest.mark.parametrize(
    ("runs", "p90", "p99"), [(63, False, False), (64, True, False), (661, True, False), (662, True, True)]
)
def test_no_percentile_without_the_samples_for_it(runs: int, p90: bool, p99: bool) -> None:
    found = summary([1.0] * runs)
    assert (found.p90 is not None, found.p99 is not None) == (p90, p99)


def test_at_least_so_many_runs() -> None:
    calls = 0

    def run() -> None:
        nonlocal calls
        calls += 1

    found = measure(runs_of(run), Policy(runs=70, seconds=0, block=7))
    assert isinstance(found, Latency)
    assert found.runs == 70
    assert calls > 70  # the warm-up is not counted


def test_at_least_so_long() -> None:
    found = measure(runs_of(lambda: None), Policy(runs=1, seconds=0.05))
    assert found.runs > 1
    assert found.mean * found.runs < 500


def test_the_warm_up_goes_on_until_it_is_steady() -> None:
    slow = iter([30_000] * 6 + [20_000] * 3 + [10_000] * 3)
    sizes = []

    def run() -> None:
        sizes.append(next(slow, 3_000))
        sum(range(sizes[-1]))

    found = measure(runs_of(run), Policy(runs=20, seconds=0, block=3, steady=0.2))
    assert found.runs == 21
    assert len(sizes) >= 20 + 6


def test_a_warm_up_that_never_settles_ends() -> None:
    rng = np.random.default_rng(0)
    found = measure(
        runs_of(lambda: sum(range(int(rng.integers(1, 20_000))))),
        Policy(runs=5, seconds=0, block=1, steady=0, warm_up=0.1),
    )
    assert found.runs == 5
