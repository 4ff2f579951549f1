import io
from collections.abc import Sequence

import pytest
from rich.console import Console
from tests.toolchain.report.judged import FAILED, FP32, INT8, PERFECT, REASON, WORSE, judged, result

from edgec.evaluation import EvalResult
from edgec.learn.metrics import Measures
from edgec.report.eval import FEW, eval_document, eval_tables

FIVE = ["dice", "iou", "pixel_accuracy", "precision", "recall"]


def lines(results: Sequence[EvalResult], table: int = 0) -> list[list[str]]:
    """The cells of each row of a table, its heads first."""
    file = io.StringIO()
    Console(file=file, width=1000, markup=False).print(eval_tables(results, "a bundle")[table])
    rows = [line for line in file.getvalue().splitlines() if line.strip() and "─" not in line]
    return [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in rows[1:]]


def test_the_document_keeps_its_keys_and_has_every_class() -> None:
    document = eval_document([FP32, FAILED])
    assert document["schema"] == 1
    row, failed = document["results"]
    assert list(row) == ["target", "engine", "precision", "profile", "metrics", "images", "classes"]
    assert list(row["metrics"]) == [*FIVE, "boundary_f1"]
    assert row["metrics"]["dice"] == pytest.approx((2 / 3 + 1) / 2)
    assert row["images"] == 2
    ((of_class),) = row["classes"]
    assert (of_class["name"], of_class["images"]) == ("cell", 2)
    assert of_class["metrics"]["dice"] == row["metrics"]["dice"]
    assert failed["metrics"] is failed["images"] is failed["classes"] is None
    assert failed["reason"] == REASON


def test_the_table_shows_the_loss_and_the_reason() -> None:
    head, fp32, int8, failed = lines([FP32, INT8, FAILED])
    assert head[3:] == [
        *("Dice", "IoU", "pixel accuracy", "precision", "recall", "boundary F1", "Dice - fp32"),
    ]
    assert (fp32[-1], int8[-1]) == ("+0.0000", "-0.1667")
    assert REASON in failed[2]
    assert failed[3:] == ["-"] * 7


def test_one_precision_has_nothing_to_lose() -> None:
    assert "Dice - fp32" not in lines([FP32, FAILED])[0]
    assert len(lines([FAILED])) == 2


def test_what_was_measured_has_a_column() -> None:
    thin = result(judged(WORSE, "a", measures=Measures(centre_line=True)))
    assert lines([thin])[0][-1] == "clDice"
    assert "boundary F1" not in lines([thin])[0]


def test_few_classes_have_columns_and_many_a_table() -> None:
    few = tuple("abcdefgh"[:FEW])
    found = result(judged(PERFECT, "x", FEW + 1), classes=few)
    assert lines([found])[0][-FEW:] == [f"Dice {name}" for name in few]
    assert len(eval_tables([found], "")) == 1
    many = (*few, "last")
    found = result(judged(WORSE, "x", FEW + 2), judged(PERFECT, "y", FEW + 2), classes=many)
    assert "Dice a" not in lines([found])[0]
    head, *rows = lines([found, found], table=1)
    assert head[:5] == ["class", "target", "variant", "images", "Dice"]
    assert [row[0] for row in rows] == [name for name in many for _ in range(2)]
    assert rows[0][3:5] == ["2", "0.8333"]
    assert rows[-1][3:5] == ["0", "1.0000"]
