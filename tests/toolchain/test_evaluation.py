from pathlib import Path

import numpy as np
import pytest

from edgec.data import open_dataset
from edgec.errors import DataError, UsageError
from edgec.evaluation import evaluate, score_masks
from edgec.pipeline import BuildResult


def test_the_truth_scores_one_and_nothing_scores_less() -> None:
    dataset = open_dataset("nuclei")[:2]
    truth = iter([sample.mask for sample in dataset])
    perfect = score_masks(lambda _: next(truth), dataset)  # type: ignore[arg-type,return-value]
    assert perfect.dice == perfect.iou == perfect.pixel_accuracy == 1
    empty = score_masks(lambda image: np.zeros(image.shape[:2], np.uint8), dataset)
    assert empty.dice == 0
    assert 0 < empty.pixel_accuracy < 1


def test_the_build_and_eval_give_the_same_figures(tiny_build: BuildResult) -> None:
    rows = {(row.target, row.precision): row for row in evaluate(tiny_build.bundle, "nuclei", threads=1)}
    assert len(rows) == 6
    for variant in tiny_build.variants:
        assert variant.built is not None
        metrics = rows[variant.target.name, variant.precision].metrics
        assert variant.built.accuracy is not None
        assert metrics is not None
        assert metrics["dice"] == pytest.approx(variant.built.accuracy.dice, abs=2e-3)


def test_choosing_variants(tiny_bundle: Path) -> None:
    rows = evaluate(tiny_bundle, "nuclei", targets=("tflite",), precisions=("fp32",))
    assert [(row.target, row.precision) for row in rows] == [("tflite", "fp32")]
    with pytest.raises(UsageError, match="it holds cpu fp32"):
        evaluate(tiny_bundle, "nuclei", targets=("raspberry-pi-4",))


def test_images_without_masks(tiny_bundle: Path, tmp_path: Path) -> None:
    image = open_dataset("nuclei").entries[0].files[0]
    (tmp_path / image.name).write_bytes(image.read_bytes())
    with pytest.raises(DataError, match="no mask"):
        evaluate(tiny_bundle, str(tmp_path))
