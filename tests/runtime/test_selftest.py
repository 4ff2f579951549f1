from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import EngineVersionError, SelftestError
from edgec_runtime.format.manifest import Variant
from edgec_runtime.selftest import selftest


def test_every_variant_proves_itself(every_engine: Path) -> None:
    with Bundle.open(every_engine) as bundle:
        for variant in bundle.manifest.variants:
            result = selftest(bundle, variant, threads=1)
            assert (result.target, result.precision) == (variant.target, variant.precision)
            assert result.agreement == 1
            assert result.mean_error < 1e-6


def _golden(variant: Variant, **changes: Any) -> Variant:
    return replace(variant, golden=replace(variant.golden, **changes))


def test_an_answer_of_another_shape_fails(make_bundle: Any, net_type: Any) -> None:
    with Bundle.open(make_bundle(net_type(outputs=2))) as bundle:
        cpu = bundle.variant("cpu", "fp32")
        damaged = _golden(
            cpu, output=replace(cpu.golden.output, path="golden/input.bin", shape=(1, 1, 16, 16))
        )
        with pytest.raises(SelftestError, match=r"shape \(1, 2, 16, 16\), the golden one \(1, 1, 16, 16\)"):
            selftest(bundle, damaged, 1)


def test_a_wrong_answer_fails_and_says_by_how_much(make_bundle: Any) -> None:
    path = make_bundle()
    with Bundle.open(path) as bundle:
        cpu = bundle.variant("cpu", "fp32")
        wrong = replace(cpu.golden.output, path="golden/input.bin")
        for change, message in (
            (
                {"output": wrong},
                r"tiny-1\.0\.1 cpu fp32 does not answer here.*on \d+\.\d+% of the pixels",
            ),
            ({"output": wrong, "min_agreement": 0.0}, "on average"),
            ({"output": wrong, "max_mean_error": 1.0}, r"99\.9000% needed"),
        ):
            with pytest.raises(SelftestError, match=message) as caught:
                selftest(bundle, _golden(cpu, **change), 1)
            assert caught.value.exit_code == 1


def test_an_engine_that_is_too_old_is_no_failed_test(make_bundle: Any) -> None:
    path = make_bundle(change={("cpu", "fp32"): lambda v: replace(v, min_engine_version="99.0")})
    with Bundle.open(path) as bundle, pytest.raises(EngineVersionError):
        selftest(bundle, bundle.manifest.variants[0], 1)
