"""What is compared with what, and what comes of it."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from tests.toolchain.gate.conftest import SMALL, Counted

from edgec.errors import UsageError
from edgec.gate.limits import Limits
from edgec.gate.matching import check_comparable
from edgec.gate.run import Request, gate
from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import BundleError, EngineError
from edgec_runtime.gate import Answer, Pair, Side


def test_a_bundle_against_itself(tiny_bundle: Path) -> None:
    report = gate(Request(tiny_bundle, tiny_bundle, targets=("cpu",), metric=Counted(1.0)))
    assert report.answer is Answer.PASS
    assert [(verdict.variant, verdict.check) for verdict in report.verdicts] == [
        (variant, check)
        for variant in ("cpu fp32", "cpu int8-static")
        for check in ("size", "dice", "instructions")
    ]
    assert report.new == ()


def test_slower_than_allowed_fails_and_says_by_how_much(tiny_bundle: Path) -> None:
    report = gate(
        Request(tiny_bundle, tiny_bundle, ("cpu",), ("fp32",), Limits(slowdown=0.005), metric=Counted(1.006))
    )
    (failed,) = [verdict for verdict in report.verdicts if verdict.answer is Answer.FAIL]
    assert failed.check == "instructions"
    assert "+0.6 % [+0.6 %, +0.6 %] slower" in failed.sentence
    assert "0.5 % is allowed" in failed.sentence
    assert report.answer is Answer.FAIL


def test_a_variant_that_is_gone_fails(small_bundle: Path, tiny_bundle: Path) -> None:
    report = gate(Request(small_bundle, tiny_bundle, metric=Counted(1.0)))
    gone = [verdict for verdict in report.verdicts if verdict.check == "variant"]
    assert {verdict.answer for verdict in gone} == {Answer.FAIL}
    assert Counter(verdict.target for verdict in gone) == {"cpu": 1, "openvino": 2, "tflite": 2}
    assert "the baseline has it, the candidate does not" in gone[0].sentence


def test_a_new_variant_is_told_and_not_judged(small_bundle: Path, tiny_bundle: Path) -> None:
    report = gate(Request(tiny_bundle, small_bundle, targets=("cpu",), metric=Counted(1.0)))
    assert report.new == ("cpu int8-static",)
    assert {verdict.variant for verdict in report.verdicts} == {"cpu fp32"}


def test_limits_that_are_none_are_not_checked(tiny_bundle: Path) -> None:
    limits = Limits(None, None, None, 0.005)
    report = gate(Request(tiny_bundle, tiny_bundle, ("cpu",), ("fp32",), limits, metric=Counted(1.0)))
    assert [verdict.check for verdict in report.verdicts] == ["dice"]


def test_nothing_to_check_is_said(tiny_bundle: Path, small_bundle: Path) -> None:
    with pytest.raises(UsageError, match="has no budget to keep"):
        gate(Request(tiny_bundle, None))
    with pytest.raises(UsageError, match="no variant of tflite to compare"):
        gate(Request(small_bundle, small_bundle, targets=("tflite",)))
    with pytest.raises(BundleError, match="no such file"):
        gate(Request(tiny_bundle, tiny_bundle.with_name("none.edgec")))


def test_networks_that_do_another_task_are_refused(tiny_bundle: Path) -> None:
    with Bundle.open(tiny_bundle) as bundle:
        manifest = bundle.manifest
    check_comparable(manifest, manifest)
    larger = replace(manifest, golden_input=replace(manifest.golden_input, shape=(1, 1, 64, 48)))
    with pytest.raises(UsageError, match="the candidate takes 1 x 64 x 48, the baseline 1 x 32 x 48"):
        check_comparable(larger, manifest)
    classes = replace(manifest, output=replace(manifest.output, channels=3))
    with pytest.raises(UsageError, match="the candidate gives 3 channels"):
        check_comparable(classes, manifest)


class Broken(Counted):
    def pair(self, baseline: Side, candidate: Side) -> Pair:
        raise EngineError(f"the emulator is not here: {baseline}, {candidate}")


def test_what_cannot_be_measured_cannot_be_told(tiny_bundle: Path) -> None:
    report = gate(Request(tiny_bundle, tiny_bundle, SMALL[:1], SMALL[1:2], metric=Broken(1.0)))
    assert report.answer is Answer.CANNOT_TELL
    assert "the emulator is not here" in report.verdicts[-1].sentence


def test_the_dice_on_images_of_ones_own(tiny_bundle: Path) -> None:
    limits = Limits(None, None, None, 0.005)
    (verdict,) = gate(Request(tiny_bundle, tiny_bundle, ("cpu",), ("fp32",), limits, data="nuclei")).verdicts
    assert verdict.answer is Answer.PASS
    assert verdict.candidate == verdict.baseline is not None
    assert "on nuclei" in verdict.sentence
