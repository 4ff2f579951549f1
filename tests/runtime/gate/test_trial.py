"""The decision, on machines whose disturbances are known."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.gate.machines import Machine

from edgec_runtime.gate import Answer, Pair, Plan, Side, Slowdown, compare, judge
from edgec_runtime.gate.trial import try_out

LIMIT = 1.03
PLAN = Plan()


def measured(*ratios: float) -> Callable[[], Pair]:
    """One ratio a pair; the last for all that follow."""
    left = list(ratios)

    def pair() -> Pair:
        return Pair(np.array([10.0]), np.array([10 * (left.pop(0) if len(left) > 1 else left[0])]))

    return pair


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [
        (0.98, 1.02, Answer.PASS),
        (1.03, 1.03, Answer.PASS),
        (1.01, 1.04, Answer.CANNOT_TELL),
        (0.0, np.inf, Answer.CANNOT_TELL),
        (1.031, 1.05, Answer.FAIL),
    ],
)
def test_the_interval_decides(low: float, high: float, answer: Answer) -> None:
    assert judge(Slowdown((low + high) / 2, low, high), LIMIT) is answer


def test_a_pass_needs_one_look() -> None:
    trial = try_out(measured(1.0), LIMIT, PLAN)
    assert (trial.answer, len(trial.pairs)) == (Answer.PASS, PLAN.first)


def test_a_fail_is_confirmed_by_fresh_pairs() -> None:
    trial = try_out(measured(1.06), LIMIT, PLAN)
    assert (trial.answer, len(trial.pairs)) == (Answer.FAIL, PLAN.first + PLAN.again)


def test_a_fail_that_a_rerun_does_not_see_is_none() -> None:
    once = [1.06] * PLAN.first
    trial = try_out(measured(*once, 1.0), LIMIT, PLAN)
    assert trial.answer is Answer.PASS
    assert len(trial.pairs) > PLAN.first + PLAN.again


def test_what_lies_at_the_limit_cannot_be_told() -> None:
    random = np.random.default_rng(0)
    trial = try_out(Machine(random, slower=LIMIT).pair, LIMIT, PLAN)
    assert trial.answer is Answer.CANNOT_TELL
    assert len(trial.pairs) == PLAN.first + PLAN.more * (PLAN.looks - 1)


def test_it_cannot_be_told_where_every_run_was_left_out() -> None:
    trial = try_out(lambda: Pair(np.array([]), np.array([]), 40, 40), LIMIT, PLAN)
    assert trial.answer is Answer.CANNOT_TELL
    assert trial.dropped == 1.0


MACHINES = {
    "between": st.floats(0, 0.015),
    "noise": st.floats(0, 0.06),
    "drift": st.floats(0, 0.05),
    "bursts": st.floats(0, 0.2),
    "seed": st.integers(0, 2**32 - 1),
}


@settings(max_examples=60, derandomize=True)
@given(**MACHINES)
def test_the_same_never_fails_and_slower_never_passes(
    between: float, noise: float, drift: float, bursts: float, seed: int
) -> None:
    for slower, wrong in ((1.0, Answer.FAIL), (1.06, Answer.PASS)):
        machine = Machine(np.random.default_rng(seed), slower, between, noise, drift, bursts)
        assert try_out(machine.pair, LIMIT, PLAN).answer is not wrong


@pytest.mark.parametrize(("slower", "right"), [(1.0, Answer.PASS), (1.06, Answer.FAIL)])
def test_on_a_machine_as_busy_as_ours_it_can_nearly_always_be_told(slower: float, right: Answer) -> None:
    machine = Machine(np.random.default_rng(3), slower, between=0.008, noise=0.02, drift=0.02, bursts=0.06)
    answers = Counter(try_out(machine.pair, LIMIT, PLAN).answer for _ in range(40))
    assert answers[right] >= 38


def test_looking_often_does_not_make_a_wrong_answer_likelier() -> None:
    """Just at the limit 5 % of the gates may be wrong; of 50, 2 or 3 are expected."""
    machine = Machine(np.random.default_rng(5), LIMIT, between=0.01)
    answers = Counter(try_out(machine.pair, LIMIT, PLAN).answer for _ in range(50))
    assert answers[Answer.FAIL] + answers[Answer.PASS] < 8


class Counted:
    """A metric that is exact: instructions, say."""

    name, unit, exact = "instructions", "instructions", True

    def pair(self, baseline: Side, candidate: Side) -> Pair:
        counts = (float(side.precision) for side in (baseline, candidate))
        return Pair(*(np.array([count]) for count in counts))


@pytest.mark.parametrize(("count", "answer"), [("1004", Answer.PASS), ("1006", Answer.FAIL)])
def test_an_exact_metric_needs_one_pair(count: str, answer: Answer) -> None:
    baseline, candidate = (Side(Path("x.edgec"), "cpu", precision) for precision in ("1000", count))
    trial = compare(Counted(), baseline, candidate, 1.005, PLAN)
    assert (trial.answer, len(trial.pairs)) == (answer, 1)
