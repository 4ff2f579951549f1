from pathlib import Path

import pytest

from edgec.data import open_dataset
from edgec.errors import DataError, UsageError
from edgec.evaluation import Detail, evaluate, evaluations
from edgec.learn.metrics import Measures
from edgec.pipeline import BuildResult


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


def test_a_closer_look_at_one_variant_after_the_other(tiny_bundle: Path) -> None:
    detail = Detail(Measures(boundary=True, centre_line=True), worst=2)
    found = evaluations(tiny_bundle, "nuclei", ("cpu", "tflite"), ("fp32",), 1, detail)
    cpu, tflite = found
    assert cpu.metrics is not None
    assert cpu.metrics.keys() >= {"dice", "boundary_f1", "cldice"}
    assert (cpu.classes, len(cpu.images), len(cpu.worst)) == (("foreground",), 34, 2)
    lowest = sorted(image.scores.mean.dice for image in cpu.images)[:2]
    assert [image.scores.mean.dice for image in cpu.worst] == lowest
    assert tflite.metrics == pytest.approx(cpu.metrics, abs=2e-3)
