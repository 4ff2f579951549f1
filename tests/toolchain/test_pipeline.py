from pathlib import Path
from typing import Any

import pytest
from tests.tiny import TINY

from edgec.errors import DataError, UsageError
from edgec.pipeline import BuildResult, build
from edgec.recipe import Recipe
from edgec_runtime.bundle import Bundle


def test_three_engines_in_two_precisions(tiny_build: BuildResult) -> None:
    rows = [(row.target.name, row.precision, row.reason) for row in tiny_build.variants]
    assert rows == [
        (target, precision, None)
        for target in ("cpu", "openvino", "tflite")
        for precision in ("fp32", "int8-static")
    ]
    assert tiny_build.folder.is_dir()
    assert tiny_build.bundle.is_file()


def test_every_variant_is_proven_and_int8_runs_in_integers(tiny_build: BuildResult) -> None:
    for row in tiny_build.variants:
        assert row.built is not None
        assert row.built.accuracy is not None
        assert row.built.parity.samples == 4
        assert (row.built.operators.get("int8", 0) > 0) == (row.precision == "int8-static")


def test_two_builds_give_the_same_bytes(tiny_recipe: Recipe, tiny_bundle: Path, tmp_path: Path) -> None:
    again = build(tiny_recipe, tmp_path, slower="unmeasured")
    assert again.bundle.read_bytes() == tiny_bundle.read_bytes()


def test_warnings_name_random_weights_and_foreign_calibration(tiny_build: BuildResult) -> None:
    said = "\n".join(tiny_build.warnings)
    assert "--checkpoint" in said
    assert "--calibration" in said


def test_a_target_without_the_precision_is_refused_and_the_rest_is_built(tmp_path: Path) -> None:
    recipe = Recipe(model=f"{TINY}:binary", size=None, targets=("cpu", "tflite"), precisions=("fp32",))
    result = build(recipe, tmp_path, slower="unmeasured")
    reasons = {row.target.name: row.reason for row in result.variants}
    assert reasons["cpu"] is None
    assert reasons["tflite"]
    with Bundle.open(result.bundle) as bundle:
        assert [variant.target for variant in bundle.manifest.variants] == ["cpu"]
        assert bundle.manifest.input.multiple_of == 2


def test_nothing_built_is_an_error_that_says_why(tmp_path: Path) -> None:
    recipe = Recipe(model=f"{TINY}:binary", size=None, targets=("tflite",), precisions=("fp32",))
    with pytest.raises(UsageError, match="no variant could be built"):
        build(recipe, tmp_path, slower="unmeasured")
    assert list(tmp_path.iterdir()) == []


def test_missing_calibration_images(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        build(Recipe(model=f"{TINY}:binary", calibration=str(tmp_path / "nowhere")), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_int8_ends_concern_the_quantized_tflite_variant(tiny_recipe: Recipe, tmp_path: Path) -> None:
    recipe = tiny_recipe.model_copy(update={"io": "int8", "targets": ("cpu", "tflite")})
    result = build(recipe, tmp_path, slower="unmeasured")
    assert [row.reason for row in result.variants] == [None] * 4
    with Bundle.open(result.bundle) as bundle:
        ends = {(v.target, v.precision): v.input_quantization for v in bundle.manifest.variants}
        assert bundle.manifest.lineage.recipe["io"] == "int8"
    assert ends.pop(("tflite", "int8-static")) is not None
    assert set(ends.values()) == {None}


@pytest.mark.parametrize(
    ("targets", "precisions"), [(("cpu",), ("fp32", "int8-static")), (("tflite",), ("fp32", "int8-dynamic"))]
)
def test_int8_ends_of_nothing_are_refused(tmp_path: Path, targets: tuple[str, ...], precisions: Any) -> None:
    recipe = Recipe(model=f"{TINY}:binary", targets=targets, precisions=precisions, io="int8")
    with pytest.raises(UsageError, match="--io int8 is for int8-static on TFLite"):
        build(recipe, tmp_path)
