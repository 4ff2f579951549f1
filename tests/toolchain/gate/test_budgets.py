from pathlib import Path

import pytest
from tests.toolchain.gate.conftest import SMALL

from edgec.gate import budgets
from edgec.gate.matching import read_contents
from edgec.gate.run import Request, gate
from edgec_runtime.gate import Answer
from edgec_targets import Budgets, load_target


def test_the_recipes_budgets_replace_the_targets(small_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = read_contents(small_bundle, (), ())
    own = Budgets(latency_ms=5000.0, memory_mib=1.0, size_mib=0.0001)
    assert budgets.budgets_of(contents, SMALL) == own
    target = load_target("cpu").model_copy(update={"budgets": Budgets(memory_mib=7.0, latency_ms=1.0)})
    monkeypatch.setattr(budgets, "load_target", lambda _: target)
    assert budgets.budgets_of(contents, SMALL) == own
    recipe = contents.manifest.lineage.recipe
    recipe["max_memory_mib"] = None
    assert budgets.budgets_of(contents, SMALL) == own.model_copy(update={"memory_mib": 7.0})


def test_a_gate_without_a_baseline_checks_them(small_bundle: Path) -> None:
    report = gate(Request(small_bundle, None, threads=1))
    assert [(verdict.check, verdict.answer) for verdict in report.verdicts] == [
        ("size budget", Answer.FAIL),
        ("latency budget", Answer.PASS),
        ("memory budget", Answer.FAIL),
    ]
    assert "on 1 threads; 5000 ms is allowed" in report.verdicts[1].sentence
    assert report.baseline is None


def test_what_this_machine_cannot_run_is_not_measured(
    small_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "architecture", lambda: "riscv64")
    answers = [verdict.answer for verdict in gate(Request(small_bundle, None)).verdicts]
    assert answers == [Answer.FAIL, Answer.NOT_RUN, Answer.NOT_RUN]
