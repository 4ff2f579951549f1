"""Never slower: judged on times that are made up, and on a variant that is slower in truth."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.tiny import TINY

from edgec import pipeline, speed
from edgec.pipeline import BuildResult, build
from edgec.recipe import Recipe
from edgec_runtime.bundle import Bundle
from edgec_runtime.race import Times


def milliseconds(median: float) -> Times:
    return median * (1 + 0.01 * np.random.default_rng(round(100 * median)).random(24))


@pytest.fixture
def twice_as_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each variant but fp32 takes twice its time; what is told of the graphs is true."""

    def times(
        _contents: object, variants: list[pipeline.BuiltVariant], _threads: int
    ) -> dict[speed.Key, Times]:
        return {v.key: milliseconds(10 if v.precision == "fp32" else 20) for v in variants}

    monkeypatch.setattr(speed, "_times", times)


def tiny_recipe(**changes: object) -> Recipe:
    return Recipe(model=f"{TINY}:binary", size=(32, 48), targets=("cpu",), name="tiny", **changes)


def test_a_slower_variant_is_refused_with_the_reason(twice_as_slow: None, tmp_path: Path) -> None:
    fp32, int8 = build(tiny_recipe(), tmp_path).variants
    assert fp32.built is not None
    assert fp32.times_fp32 is None
    assert int8.built is None
    assert int8.reason is not None
    assert "slower than fp32, 0.50 [0.50, 0.50] times as fast" in int8.reason
    assert "--allow-slower" in int8.reason
    with Bundle.open(tmp_path / "tiny-1.0.0.edgec") as bundle:
        assert [variant.precision for variant in bundle.manifest.variants] == ["fp32"]


def test_it_is_kept_and_labelled_where_somebody_insists(twice_as_slow: None, tmp_path: Path) -> None:
    _, int8 = build(tiny_recipe(), tmp_path, slower="label").variants
    assert int8.built is not None
    assert int8.reason is not None
    with Bundle.open(tmp_path / "tiny-1.0.0.edgec") as bundle:
        labels = {variant.precision: variant.slower_than_fp32 for variant in bundle.manifest.variants}
        assert labels == {"fp32": False, "int8-static": True}
        assert bundle.variant("cpu").precision == "fp32"  # no device chooses the slower one by itself
        assert bundle.variant("cpu", "int8-static").slower_than_fp32


def test_what_is_measured_goes_into_the_table(tmp_path: Path) -> None:
    _, int8 = build(tiny_recipe(), tmp_path).variants
    assert int8.times_fp32 is not None
    assert 0 < int8.times_fp32.low <= int8.times_fp32.median <= int8.times_fp32.high


@pytest.mark.parametrize(
    ("fp32", "other", "slower"),
    [(10, 20, True), (10, 10.1, False), (10, 5, False), (0.1, 0.19, False), (10, 10.6, True)],
)
def test_what_is_called_slower(fp32: float, other: float, slower: bool, tiny_build: BuildResult) -> None:
    built = tiny_build.variants[1].built
    assert built is not None
    times = {speed.FP32: milliseconds(fp32), built.key: milliseconds(other)}
    assert (speed._reason(times, built) is not None) == slower


def test_a_missing_instruction_is_named(tiny_build: BuildResult, monkeypatch: pytest.MonkeyPatch) -> None:
    built = tiny_build.variants[1].built
    assert built is not None
    times = {speed.FP32: milliseconds(10), built.key: milliseconds(20)}
    for flags, said in (([], True), (["avx512_vnni"], False)):
        monkeypatch.setattr(speed, "environment", lambda flags=flags: {"flags": flags})
        monkeypatch.setattr(speed, "architecture", lambda: "x86_64")
        assert ("VNNI" in str(speed._reason(times, built))) == said


def test_a_target_for_another_processor_is_not_measured(tiny_build: BuildResult) -> None:
    built = [row.built for row in tiny_build.variants[:2] if row.built is not None]
    far = [replace(v, target=v.target.model_copy(update={"architectures": ("riscv64",)})) for v in built]
    assert speed.compare_with_fp32(None, far) == {}  # type: ignore[arg-type]
