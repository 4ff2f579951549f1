import numpy as np
import pytest

from edgec_runtime.measure import Policy, summary, timed, warm_up


def test_numbers_are_numpys() -> None:
    times = np.random.default_rng(0).gamma(3, 2, 1000)
    found = summary(times.reshape(50, 20).tolist())
    assert found.median == pytest.approx(np.median(times), abs=1e-4)
    assert found.mean == pytest.approx(np.mean(times), abs=1e-4)
    assert found.cv == pytest.approx(np.std(times, ddof=1) / np.mean(times), abs=1e-4)
    for share, value in ((90, found.p90), (99, found.p99)):
        assert value == pytest.approx(np.percentile(times, share, method="inverted_cdf"), abs=1e-4)
    assert (found.min, found.max, found.runs) == (round(min(times), 4), round(max(times), 4), 1000)
    assert found.low < found.median < found.high


@pytest.mark.parametrize(
    ("runs", "p90", "p99"), [(63, False, False), (64, True, False), (661, True, False), (662, True, True)]
)
def test_no_percentile_without_the_samples_for_it(runs: int, p90: bool, p99: bool) -> None:
    found = summary([[1.0] * runs])
    assert (found.p90 is not None, found.p99 is not None) == (p90, p99)


def test_the_interval_holds_the_true_median_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    found = [summary((10 + random.gamma(2, 1, (24, 3))).tolist()) for _ in range(100)]
    true = 10 + float(np.median(random.gamma(2, 1, 100_000)))
    assert 85 <= sum(each.low <= true <= each.high for each in found) <= 100


def test_turns_that_were_disturbed_as_a_whole_widen_the_interval() -> None:
    random = np.random.default_rng(4)
    disturbed = np.arange(24)[:, np.newaxis] < 9
    turns = np.where(disturbed, 15.0, 10.0) + 0.01 * random.random((24, 20))
    whole = summary(turns.tolist())
    mixed = summary(random.permuted(turns.ravel()).reshape(24, 20).tolist())
    assert whole.high - whole.low > 4
    assert mixed.high - mixed.low < 1


@pytest.mark.parametrize(
    ("runs", "seconds", "rounds", "enough"),
    [
        (64, 1.0, 24, True), (63, 1.0, 24, False), (64, 0.9, 24, False), (64, 1.0, 23, False),
        (5, 59, 5, False), (5, 60, 5, True),
    ],
)  # fmt: skip
def test_enough_is_runs_and_time_and_rounds_or_all_patience(
    runs: int, seconds: float, rounds: int, enough: bool
) -> None:
    assert Policy().enough(runs, seconds, rounds) is enough


def test_who_asks_for_longer_gets_it() -> None:
    assert not Policy(seconds=120).enough(64, 100, 64)
    assert Policy(seconds=120).enough(12, 120, 12)


def test_the_warm_up_goes_on_until_it_is_steady() -> None:
    times = iter([9.0] + [7.0] * 3 + [5.0] * 3 + [3.0] * 6)
    seen: list[int] = []

    def runs(count: int) -> list[float]:
        seen.append(count)
        return [next(times) for _ in range(count)]

    assert warm_up(runs, Policy(block=3)) == 3.0
    assert seen == [1, 3, 3, 3, 3]


def test_a_warm_up_that_never_settles_ends() -> None:
    random = np.random.default_rng(0)

    def runs(count: int) -> list[float]:
        return [timed(lambda: sum(range(int(random.integers(1, 20_000))))) for _ in range(count)]

    assert warm_up(runs, Policy(block=1, steady=0, warm_up=0.1)) > 0


def test_a_network_that_takes_seconds_is_not_run_in_blocks() -> None:
    seen: list[int] = []

    def runs(count: int) -> list[float]:
        seen.append(count)
        return [3000.0] * count

    warm_up(runs, Policy())
    assert seen == [1, 1]
