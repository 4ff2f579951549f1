"""Against the printed tables of Student's t."""

import pytest

from edgec_runtime.gate.student import probability, quantile


@pytest.mark.parametrize(
    ("share", "degrees", "expected"),
    [
        (0.975, 1, 12.706),
        (0.975, 2, 4.303),
        (0.975, 3, 3.182),
        (0.975, 5, 2.571),
        (0.995, 4, 4.604),
        (0.99, 30, 2.457),
        (0.95, 11, 1.796),
    ],
)
def test_quantiles_are_those_of_the_tables(share: float, degrees: int, expected: float) -> None:
    assert quantile(share, degrees) == pytest.approx(expected, abs=6e-4)
    assert probability(quantile(share, degrees), degrees) == pytest.approx(share, abs=1e-9)


def test_half_lies_below_zero() -> None:
    assert [probability(0.0, degrees) for degrees in (1, 2, 7)] == [0.5, 0.5, 0.5]
