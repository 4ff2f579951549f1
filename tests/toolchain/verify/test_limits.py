from dataclasses import replace

import pytest

from edgec.verify import Comparison
from edgec.verify.limits import FLOAT, HALF, INTEGER, QUANTIZED, engine_limits, graph_limits

GOOD = Comparison(2, max_error=0.3, mean_error=0.001, snr_db=30, cosine=0.999, mask_agreement=0.995)
NAN = float("nan")


@pytest.mark.parametrize("limits", [INTEGER, QUANTIZED])
def test_what_rounding_costs_is_allowed(limits) -> None:
    assert limits.broken(GOOD) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("mean_error", 0.03, "mean error 0.03 > 0.02"),
        ("snr_db", 12, "SNR 12.0 dB < 25 dB"),
        ("cosine", 0.9, "cosine 0.9000 < 0.998"),
        ("mask_agreement", 0.98, "mask agreement 98.00 % < 99 %"),
        ("mean_error", NAN, "mean error nan"),
        ("snr_db", NAN, "SNR nan"),
        ("mask_agreement", NAN, "mask agreement nan"),
    ],
)
def test_each_limit_breaks_by_itself_and_by_nan(field: str, value: float, said: str) -> None:
    (words,) = INTEGER.broken(replace(GOOD, **{field: value}))
    assert said in words


def test_floats_may_not_differ() -> None:
    assert "max error 0.3 > 0.0001" in FLOAT.broken(GOOD)[0]
    assert FLOAT.broken(replace(GOOD, max_error=NAN))


def test_masks_do_not_count_where_only_sums_differ() -> None:
    tie = Comparison(2, max_error=1e-7, mean_error=1e-8, snr_db=135, cosine=1, mask_agreement=0.9)
    assert INTEGER.broken(tie) == []
    assert INTEGER.broken(replace(tie, max_error=1e-3)) != []


def test_floats_are_judged_as_floats_and_any_integers_as_integers() -> None:
    assert graph_limits("fp32") is engine_limits("fp32") is FLOAT
    assert (graph_limits("fp16"), engine_limits("fp16")) == (HALF, FLOAT)
    assert (graph_limits("int8-static"), engine_limits("int8-static")) == (QUANTIZED, INTEGER)
