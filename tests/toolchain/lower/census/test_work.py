import pytest

from edgec.lower.census.work import binary_multiply_accumulates, multiply_accumulates


@pytest.mark.parametrize(
    ("kind", "source", "weights", "result", "macs"),
    [
        ("Conv", (1, 4, 8, 6), (16, 4, 3, 3), (1, 16, 8, 6), 16 * 4 * 9 * 48),
        ("QLinearConv", (1, 8, 6, 4), (16, 4, 3, 3), (1, 8, 6, 16), 16 * 4 * 9 * 48),
        ("Conv", (1, 4, 8, 6), (4, 1, 3, 3), (1, 4, 8, 6), 4 * 9 * 48),
        ("GroupConvolution", (1, 4, 8, 6), (4, 1, 1, 3, 3), (1, 4, 8, 6), 4 * 9 * 48),
        ("DEPTHWISE_CONV_2D", (1, 8, 6, 4), (1, 3, 3, 4), (1, 8, 6, 4), 4 * 9 * 48),
        ("ConvTranspose", (1, 4, 8, 6), (4, 2, 2, 2), (1, 2, 16, 12), 4 * 2 * 4 * 48),
        ("TRANSPOSE_CONV", (1, 8, 6, 4), (2, 2, 2, 4), (1, 16, 12, 2), 4 * 2 * 4 * 48),
        ("MatMul", (5, 7), (7, 3), (5, 3), 5 * 7 * 3),
        ("MaxPool", (1, 4, 8, 6), (2, 2), (1, 4, 4, 3), None),
        ("Conv", (1, 4, 8, 6), (), (1, 16, 8, 6), None),
        ("MatMul", (), (7, 3), (), None),
    ],
)
def test_each_weight_once_at_each_place(
    kind: str, source: tuple[int, ...], weights: tuple[int, ...], result: tuple[int, ...], macs: int | None
) -> None:
    assert multiply_accumulates(kind, source, weights, result) == macs


def test_levels_and_bits_that_fill_a_word_do_not_count() -> None:
    assert binary_multiply_accumulates((2, 8, 6, 3, 2), (16, 3, 3, 2, 2), 40) == 2 * 48 * 16 * 9 * 40
