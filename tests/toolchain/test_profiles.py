"""One build in several profiles: each is proven and told by name."""

import json
from pathlib import Path

import pytest
from tests.tiny import TINY

from edgec import variant
from edgec.cli.app import run
from edgec.errors import UsageError
from edgec.evaluation import evaluate
from edgec.inspection import inspect_bundle
from edgec.ladder import verify
from edgec.pipeline import BuildResult, build
from edgec.recipe import Recipe
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.profile import in_words
from edgec_runtime.machine import architecture, has_any
from edgec_runtime.selftest import selftest

VNNI = has_any(("avx512_vnni", "avx_vnni"))


def tiny(*profiles: str, targets: tuple[str, ...] = ("cpu", "openvino", "tflite")) -> Recipe:
    return Recipe(
        model=f"{TINY}:binary",
        size=(32, 48),
        name="tiny",
        targets=targets,
        profiles=profiles,
        evaluation=None,
    )


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    if not VNNI:
        pytest.skip("this processor has no VNNI")
    return build(tiny("portable", "x86-vnni"), tmp_path_factory.mktemp("artifacts"), slower="unmeasured")


def test_a_variant_for_each_profile_that_the_target_has(both: BuildResult) -> None:
    assert [
        (row.target.name, in_words(row.precision, row.profile), row.built is None) for row in both.variants
    ] == [
        ("cpu", "fp32", False),
        ("cpu", "int8-static (x86-vnni)", False),
        ("cpu", "int8-static", False),
        ("openvino", "fp32", False),
        ("openvino", "int8-static (x86-vnni)", False),
        ("openvino", "int8-static", False),
        ("tflite", "fp32", False),
        ("tflite", "int8-static", False),
    ]


def test_the_manifest_says_what_each_needs(both: BuildResult) -> None:
    with Bundle.open(both.bundle) as bundle:
        _, vnni, portable, *_ = bundle.manifest.variants
        assert (vnni.profile, vnni.architectures) == ("x86-vnni", ("x86_64",))
        assert vnni.instructions == ("avx512_vnni", "avx_vnni")
        assert vnni.files == ("cpu/int8-static-x86-vnni/model.onnx",)
        assert vnni.golden.output.path == "golden/cpu/int8-static-x86-vnni.bin"
        assert (portable.profile, portable.architectures) == ("portable", ("x86_64", "aarch64"))
        assert portable.instructions == ()
        assert portable.files == ("cpu/int8-static/model.onnx",)
        assert bundle.read(vnni.files[0]) != bundle.read(portable.files[0])
        assert bundle.variant("cpu", "int8-static") == vnni
        assert bundle.variant("cpu", "int8-static", "x86_64", flags=["avx2"]) == portable


def test_each_runs_here_by_its_name(both: BuildResult) -> None:
    wanted = ["x86-vnni", "portable"]
    with Bundle.open(both.bundle) as bundle:
        found = [
            v for v in bundle.manifest.variants if (v.target, v.precision) == ("openvino", "int8-static")
        ]
        for one in found:
            assert selftest(bundle, one, 1).agreement == 1
    rows = evaluate(both.bundle, "nuclei", ["cpu"], ["int8-static"], 1)
    assert [(row.profile, row.reason) for row in rows] == [(name, None) for name in wanted]
    looked_at = inspect_bundle(both.bundle, ["cpu"], ["int8-static"])
    assert [(row.profile, row.reason) for row in looked_at] == [(name, None) for name in wanted]


def test_the_ladder_has_a_rung_for_each(both: BuildResult) -> None:
    ladder = verify(both.bundle, model=f"{TINY}:binary", targets=["cpu", "openvino"], samples=1)
    rungs = {rung.name: rung.below for rung in ladder.rungs}
    graph = "int8-static (x86-vnni) for cpu, openvino"
    assert rungs["cpu int8-static (x86-vnni)"] == rungs["openvino int8-static (x86-vnni)"] == graph
    assert rungs["cpu int8-static"] == "int8-static for cpu, openvino"
    assert ladder.holds


def test_two_builds_give_the_same_bytes(both: BuildResult, tmp_path: Path) -> None:
    again = build(tiny("portable", "x86-vnni"), tmp_path, slower="unmeasured")
    assert again.bundle.read_bytes() == both.bundle.read_bytes()


@pytest.mark.skipif(not VNNI, reason="this processor has no VNNI")
def test_each_is_measured_against_fp32(tmp_path: Path) -> None:
    fp32, *others = build(tiny("portable", "x86-vnni", targets=("cpu",)), tmp_path, slower="label").variants
    assert fp32.times_fp32 is None
    assert [row.times_fp32 is not None for row in others] == [True, True]


def test_integers_for_arm_are_built_here_and_not_measured(tmp_path: Path) -> None:
    if architecture() == "aarch64":
        pytest.skip("this is an Arm machine")
    result = build(tiny("arm", targets=("cpu", "openvino")), tmp_path)
    assert [(row.profile, row.reason, row.times_fp32) for row in result.variants] == [
        (None, None, None),
        ("arm", None, None),
    ] * 2
    with Bundle.open(result.bundle) as bundle:
        assert bundle.variant("cpu").precision == "fp32"
        assert bundle.variant("cpu", machine="aarch64").profile == "arm"


def test_what_cannot_be_proven_here_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variant, "has_any", lambda needed: not needed)
    fp32, int8 = build(tiny("x86-vnni", targets=("cpu",)), tmp_path).variants
    assert fp32.built is not None
    assert int8.built is None
    assert "x86-vnni can be proven only on a processor with avx512_vnni or avx_vnni" in str(int8.reason)


def test_an_unknown_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match=r"'x86-vni' is not a profile of cpu: did you mean 'x86-vnni'\?"):
        build(tiny("x86-vni", targets=("cpu",)), tmp_path)
    with pytest.raises(UsageError, match=r"'arm' is not a profile of tflite: choose from portable"):
        build(tiny("arm", targets=("tflite",)), tmp_path)
    assert run(["build", "--model", "unet_light", "--profile", "x86"]) == 2
    assert "is not a profile of cpu, openvino, tflite: did you mean" in capsys.readouterr().err


def test_targets_tell_their_profiles(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["targets", "--json"]) == 0
    rows = {row["name"]: row["profiles"] for row in json.loads(capsys.readouterr().out)["targets"]}
    assert [found["name"] for found in rows["cpu"]] == ["x86-vnni", "arm", "portable"]
    assert rows["tflite"] == [
        {
            "name": "portable",
            "int8": {"activation": "int8", "per_channel": True, "reduce_range": False},
            "architectures": ["x86_64", "aarch64"],
            "instructions": [],
            "merge_up_convolutions": False,
        }
    ]


def test_info_tells_the_processors(both: BuildResult, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info", str(both.bundle)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "(x86-vnni)" in said
    assert "avx512_vnni" in said
