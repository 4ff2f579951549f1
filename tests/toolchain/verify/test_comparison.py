import math

import numpy as np
import pytest

from edgec.errors import ParityError
from edgec.verify import check_fp32, compare, parity
from edgec_runtime.format.manifest import ClassSpec, OutputSpec

SPEC = OutputSpec(
    "map", 1, "none", "threshold", 0.5, (ClassSpec("no", (0, 0, 0)), ClassSpec("yes", (1, 1, 1)))
)


def test_parity_counts_errors_and_flipped_pixels() -> None:
    reference = np.full((1, 1, 2, 2), 0.4, np.float32)
    found = reference.copy()
    found[0, 0, 0, 0] = 0.6
    row = parity(compare([reference, reference], [found, reference], SPEC))
    assert row.samples == 2
    assert row.max_error == pytest.approx(0.2)
    assert row.mean_error == pytest.approx(0.2 / 8)
    assert row.mask_agreement == pytest.approx(7 / 8)


@pytest.mark.parametrize("error", [0.1, float("nan")])
def test_a_float_variant_that_parted_is_refused(error: float) -> None:
    reference = np.full((1, 1, 2, 2), 0.4, np.float32)
    with pytest.raises(ParityError, match="cpu fp32"):
        check_fp32(parity(compare([reference], [reference + np.float32(error)], SPEC)), "cpu fp32")
    check_fp32(parity(compare([reference], [reference], SPEC)), "cpu fp32")


def test_a_network_whose_answer_leaps_may_part_at_a_few_pixels() -> None:
    reference = np.full((1, 1, 50, 50), 0.4, np.float32)
    few, many, everywhere = reference.copy(), reference.copy(), reference - np.float32(0.01)
    few[..., 0, :2] = 0.6
    many[..., 0, :4] = 0.6
    check_fp32(parity(compare([reference], [few], SPEC)), "cpu fp32", leaps=True)
    for other in (many, everywhere, reference * np.float32("nan")):
        with pytest.raises(ParityError, match="cpu fp32"):
            check_fp32(parity(compare([reference], [other], SPEC)), "cpu fp32", leaps=True)
    with pytest.raises(ParityError, match="cpu fp32"):
        check_fp32(parity(compare([reference], [few], SPEC)), "cpu fp32")


def test_compare_measures_what_the_definitions_say() -> None:
    rng = np.random.default_rng(0)
    one, other = (rng.random((1, 1, 4, 6)).astype(np.float32) for _ in range(2))
    found = compare([one, one], [other, one], SPEC)
    signal = np.concatenate([one.ravel(), one.ravel()]).astype(np.float64)
    seen = np.concatenate([other.ravel(), one.ravel()]).astype(np.float64)
    ratio = np.linalg.norm(signal) / np.linalg.norm(signal - seen)
    assert found.snr_db == pytest.approx(20 * np.log10(ratio))
    assert found.cosine == pytest.approx(signal @ seen / np.linalg.norm(signal) / np.linalg.norm(seen))
    assert found.mean_error == pytest.approx(np.abs(signal - seen).mean())
    assert found.samples == 2
    assert found.mask_agreement == pytest.approx(np.mean((signal >= 0.5) == (seen >= 0.5)))


def test_compare_of_nothing_and_of_nan() -> None:
    zero, one = np.zeros((1, 1, 2, 2), np.float32), np.ones((1, 1, 2, 2), np.float32)
    assert (compare([one], [one], SPEC).snr_db, compare([one], [one], SPEC).cosine) == (math.inf, 1)
    assert (compare([zero], [one], SPEC).snr_db, compare([zero], [one], SPEC).cosine) == (-math.inf, 0)
    broken = compare([one, one], [one * np.float32(math.nan), one], SPEC)
    assert math.isnan(broken.max_error)
    assert math.isnan(broken.snr_db)
