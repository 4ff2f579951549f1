from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from edgec.prune_plan import Budget, Cut, Found, Plan
from edgec.prune_plan.costs import Costs
from edgec.prune_plan.search import Searched
from edgec.recipe import Recipe
from edgec.report.plan import plan_document, plan_sentence, plan_table

HALF, QUARTER, IDLE = (
    Cut("encoder.0", 0.5, 1.6, 0.04),
    Cut("up.0", 0.25, 1.25, 0.01),
    Cut("up.1", 0.5, 1.0, 0.3),
)
CHOICE = Found((HALF, QUARTER), (("encoder.0", 0.5), ("up.0", 0.25)), predicted=2.0, measured=1.9, lost=0.06)
SEARCHED = Searched(Costs(10.0, (HALF, QUARTER, IDLE)), needed=1.8, narrowest=4.0, dice=0.9, found=(CHOICE,))
PLAN = Plan(
    Path("runs/net/plan-1"), "cpu", "int8-static", 2, Budget(speedup=1.8), SEARCHED, Recipe(model="unet")
)


def test_the_document_has_what_was_won_and_lost_in_milliseconds_and_dice() -> None:
    document = plan_document(PLAN)
    assert document["cuts"][0]["ms_won"] == pytest.approx(3.75)
    assert document["cuts"][2]["ms_won"] == 0
    assert document["chosen"]["ratios"] == {"encoder.0": 0.5, "up.0": 0.25}
    assert document["chosen"]["predicted_ms"] == pytest.approx(5.0)
    assert document["chosen"]["measured_ms"] == pytest.approx(10 / 1.9)
    assert document["chosen"]["meets"] is True


def test_the_table_has_a_row_for_each_block_and_dashes_where_none_goes() -> None:
    console = Console(width=120)
    with console.capture() as captured:
        console.print(plan_table(PLAN))
    rows = [line.split() for line in captured.get().splitlines()]
    assert ["encoder.0", "50", "3.750", "0.0400", "3.750"] in rows
    assert ["up.1", "-", "-", "-", "0.000"] in rows


def test_the_sentence_says_what_was_predicted_and_measured() -> None:
    assert "5.00 ms predicted, 5.26 ms measured (1.90 times as fast), which meets 1.8" in plan_sentence(PLAN)
    slower = replace(CHOICE, measured=1.7, lost=0.01)
    several = replace(SEARCHED, found=(slower, CHOICE))
    sentence = plan_sentence(replace(PLAN, searched=several, budget=Budget(ms=5.6)))
    assert "1.90 times as fast, the best of 2 choices)" in sentence
    assert "which meets 5.6 ms" in sentence
    assert "Dice 0.8400 of 0.9000" in sentence
