from dataclasses import replace
from pathlib import Path

import pytest
from tests.toolchain.gate.conftest import SMALL

from edgec.gate.exact import check_recorded_dice, check_size, judge_dice
from edgec.gate.limits import Allowance
from edgec.gate.matching import Contents, read_contents
from edgec_runtime.gate import Answer


@pytest.mark.parametrize(
    ("candidate", "allowed", "answer"),
    [
        (10.5, Allowance(share=0.05), Answer.PASS),
        (10.51, Allowance(share=0.05), Answer.FAIL),
        (12.0, Allowance(mib=2.0), Answer.PASS),
        (12.01, Allowance(mib=2.0), Answer.FAIL),
        (1.0, Allowance(share=0.0), Answer.PASS),
    ],
)
def test_size_is_judged_exactly(candidate: float, allowed: Allowance, answer: Answer) -> None:
    assert check_size(SMALL, candidate, 10.0, allowed).answer is answer


def test_the_dice_may_fall_by_what_is_allowed() -> None:
    assert judge_dice(SMALL, 0.925, 0.93, 0.005, "x").answer is Answer.PASS
    assert judge_dice(SMALL, 0.9249, 0.93, 0.005, "x").answer is Answer.FAIL
    assert judge_dice(SMALL, 0.95, 0.93, 0.0, "x").answer is Answer.PASS


def with_data(contents: Contents, data: str) -> Contents:
    variant = contents.variants[SMALL]
    assert variant.accuracy is not None
    return replace(
        contents, variants={SMALL: replace(variant, accuracy=replace(variant.accuracy, data=data))}
    )


def test_builds_that_scored_on_other_images_do_not_compare(tiny_bundle: Path) -> None:
    contents = read_contents(tiny_bundle, SMALL[:1], SMALL[1:2])
    assert check_recorded_dice(SMALL, contents, contents, 0.0).answer is Answer.PASS
    verdict = check_recorded_dice(SMALL, with_data(contents, "others"), contents, 0.0)
    assert verdict.answer is Answer.NOT_RUN
    assert "images of others and" in verdict.sentence
