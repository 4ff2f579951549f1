"""Kernel, function body and numpy give the same bits, on each instruction set that this processor has."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from tests.runtime.kernels.cases import (
    FORMS,
    SIZES,
    Case,
    Sizes,
    byte_convolution,
    convolution,
    enlarging,
    last_convolution,
    network,
    packing,
    pooling,
    unpacking,
)
from tests.runtime.kernels.conftest import Run, same

from edgec.lower.binary import Kernel, binary_conv_int8, pack_weights
from edgec.lower.binary.unread import drop_unread
from edgec_runtime.kernels import reference
from edgec_runtime.kernels.reference import Affine

FEW = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
OTHERS: dict[str, Callable[[Sizes], Case]] = {
    "BitPack": lambda sizes: packing(sizes, integers=False),
    "BitPackInt8": lambda sizes: packing(sizes, integers=True),
    "BitUnpack": unpacking,
    "BitMaxPool": pooling,
    "BitUpsample": enlarging,
    "Int8Conv": byte_convolution,
    "StreamConvFloat": last_convolution,
}
# More rows than one band holds, and more channels than one tile.
LARGE = Sizes(1, 70, 90, 64, 192, 3, (1,), (1,), 1, 0)
DEEP = Sizes(1, 5, 7, 1024, 70, 3, (1,), (1,), 3, 1)
# Whose words are counted in pairs, the last of a row alone; in tiles of 64 channels, and of 32.
ODD = Sizes(1, 4, 9, 96, 128, 3, (1,), (1,), 1, 4), Sizes(1, 4, 17, 288, 40, 3, (2, 1), (1,), 3, 5)
# Whose taps are counted apart where a map is doubled: a tile of 64 channels, and of 32.
APART = Sizes(2, 9, 13, 96, 128, 3, (1,), (1,), 1, 2), Sizes(1, 3, 14, 67, 40, 3, (1,), (1,), 3, 3)


def check(run: Run, isas: tuple[str, ...], case: Case) -> None:
    model = case.model()
    for isa in (None, *isas):
        found = run(model, case.feeds, isa, threads=1 if isa is None else 2)
        for one, expected in zip(found, case.expected, strict=True):
            assert same(one, expected), isa


@pytest.mark.parametrize("form", FORMS)
@given(sizes=SIZES)
@example(sizes=LARGE)
@example(sizes=DEEP)
@example(sizes=ODD[0])
@example(sizes=ODD[1])
@example(sizes=APART[0])
@example(sizes=APART[1])
@FEW
def test_convolutions(run: Run, isas: tuple[str, ...], form: str, sizes: Sizes) -> None:
    check(run, isas, convolution(form, sizes))


@pytest.mark.parametrize("operator", OTHERS)
@given(sizes=SIZES)
@example(sizes=LARGE)
@FEW
def test_the_others(run: Run, isas: tuple[str, ...], operator: str, sizes: Sizes) -> None:
    check(run, isas, OTHERS[operator](sizes))


def test_bits_beyond_the_channels_count_for_nothing(run: Run, isas: tuple[str, ...]) -> None:
    case = convolution("BinaryConv", Sizes(1, 4, 4, 40, 40, 3, (2, 1), (1,), 1, 5))
    dirty = case.feeds["x"].copy()
    dirty[..., -1] |= -1 << 8
    for isa in (None, *isas):
        assert same(run(case.model(), {"x": dirty}, isa)[0], case.expected[0]), isa


STREAMS = ("BinaryConvInt8", "BinaryConvAdd", "BinaryConvAddUp", "Int8Conv")


@pytest.mark.parametrize("form", STREAMS)
def test_a_stream_that_nobody_reads_is_left_out(run: Run, isas: tuple[str, ...], form: str) -> None:
    sizes = Sizes(1, 6, 14, 70, 70, 3, (1,), (1,), 1, 6)
    case = byte_convolution(sizes) if form == "Int8Conv" else convolution(form, sizes)
    bits, expected = case.made.outputs[1], case.expected[1]
    drop_unread([case.made.node], [bits])
    assert case.made.outputs == ("", bits)
    model = network([case.made], case.feeds, {bits: expected})
    for isa in (None, *isas):
        assert same(run(model, case.feeds, isa)[0], expected), isa


@pytest.mark.parametrize("largest", [1e9, 2e5])
def test_values_far_beyond_int8_end_at_its_ends(run: Run, isas: tuple[str, ...], largest: float) -> None:
    """The larger ones are beyond int32, too."""
    sizes = Sizes(1, 5, 13, 96, 64, 3, (1,), (1,), 3, 7)
    random = np.random.default_rng(0)
    weights = random.standard_normal((64, 96, 3, 3))
    scale, bias = (random.choice([-largest, largest, 0.5], 64).astype(np.float32) for _ in range(2))
    affine = Affine(scale, bias, np.full(64, -2, np.float32), np.zeros(64, np.float32))
    steps = np.sort(random.integers(-129, 130, (3, 64)), 0).astype(np.int32)
    x = convolution("BinaryConv", sizes).feeds["x"]
    made = binary_conv_int8("y", "x", Kernel(weights), affine, steps)
    dot = reference.dots(x, pack_weights(weights[np.newaxis]), 96, (1,), (1,))
    case = Case(made, {"x": x}, reference.binary_conv_int8(dot, affine, steps))
    check(run, isas, case)


def test_an_empty_batch_is_no_error(run: Run, isas: tuple[str, ...]) -> None:
    case = convolution("BinaryConvInt8", Sizes(1, 4, 4, 40, 40, 3, (1,), (1,), 1, 5))
    for isa in isas:
        stream, bits = run(case.model(), {"x": case.feeds["x"][:0]}, isa)
        assert stream.shape == (0, 4, 4, 40)
        assert bits.shape == (0, 4, 4, 1, 2)
