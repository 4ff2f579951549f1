import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from edgec.report.front import draw_front
from edgec.report.tune import tune_document
from edgec.tune import Budgets, Candidate, Layer, TuneResult

INT8 = Candidate("int8-static", (), 10.0, 3.0, 0.90, 0.02, 0.03, 0.004, 2 << 20)
MIXED = Candidate("mixed", ("a",), 15.0, 2.0, 0.919, 0.001, 0.002, 0.004, 3 << 20)
FP32 = Candidate("fp32", ("a", "b"), 30.0, 1.0, 0.92, 0.0, 0.0, 0.004, 6 << 20)
WORSE = Candidate("mixed", ("b",), 25.0, 1.2, 0.90, 0.02, 0.03, 0.004, 5 << 20)


def result(budgets: Budgets, chosen: Candidate | None = MIXED) -> TuneResult:
    return TuneResult(
        run=Path("runs/tune/net-1"),
        target="cpu",
        threads=2,
        budgets=budgets,
        searched=8,
        held=9,
        ranking=(Layer("a", "Conv", 12.0, 0.02), Layer("b", "Conv", 50.0)),
        candidates=(INT8, MIXED, WORSE, FP32),
        front=(INT8, MIXED, FP32),
        chosen=chosen,
        recipe=None,
        built=None,
    )


def test_the_document_says_all_and_is_json() -> None:
    document = json.loads(json.dumps(tune_document(result(Budgets(0.005)))))
    assert document["schema"] == 1
    assert document["images"] == {"searched": 8, "held": 9}
    assert document["ranking"] == [
        {"layer": "a", "operator": "Conv", "proxy_db": 12.0, "dice_drop": 0.02},
        {"layer": "b", "operator": "Conv", "proxy_db": 50.0, "dice_drop": None},
    ]
    assert [row["meets"] for row in document["front"]] == [False, True, True]
    assert document["chosen"] == {
        "precision": "mixed",
        "float_layers": ["a"],
        "latency_ms": 15.0,
        "times_fp32": 2.0,
        "dice": 0.919,
        "dice_drop": 0.001,
        "search_drop": 0.002,
        "drop_error": 0.004,
        "size_bytes": 3 << 20,
        "meets": True,
    }


def test_nothing_chosen_is_null() -> None:
    document = tune_document(result(Budgets(0.0, ms=1.0), chosen=None))
    assert document["chosen"] is None
    assert document["bundle"] is None
    assert not any(row["meets"] for row in document["front"])


def drawn(folder: Path, budgets: Budgets, chosen: Candidate | None = MIXED) -> np.ndarray:
    path = folder / "front.png"
    draw_front(result(budgets, chosen), path)
    return np.asarray(cv2.imread(str(path)))


@pytest.mark.parametrize("budgets", [Budgets(0.005), Budgets(0.005, ms=12.0, mib=2.5)])
def test_the_picture_shows_the_chosen_and_the_budgets(tmp_path: Path, budgets: Budgets) -> None:
    picture = drawn(tmp_path, budgets)
    assert picture.shape == (750, 1200, 3)
    assert (picture != drawn(tmp_path, budgets, chosen=None)).any()
    assert (picture != drawn(tmp_path, Budgets(0.01))).any()
