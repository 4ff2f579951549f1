import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.toolchain.lower.networks import check_float, check_int8, network, node, quantized

from edgec.errors import UnsupportedOperatorError
from edgec.graph import Graph
from edgec.lower import lower

COORDINATES = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]
ROUNDINGS = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]


def resized(size: tuple[int, int], target: tuple[int, int], **attributes: object) -> Graph:
    sizes = np.array([1, 3, *target])
    return network((1, 3, *size), node("Resize", "x", "", "", "sizes", **attributes), sizes=sizes)


SIZES = st.tuples(st.integers(2, 9), st.integers(2, 9))


@settings(max_examples=40)
@given(SIZES, SIZES, st.sampled_from(COORDINATES))
def test_bilinear_between_any_sizes(size: tuple[int, int], target: tuple[int, int], rule: str) -> None:
    check_float(resized(size, target, mode="linear", coordinate_transformation_mode=rule))


@settings(max_examples=80)
@given(SIZES, SIZES, st.sampled_from(COORDINATES), st.sampled_from(ROUNDINGS))
def test_nearest_is_exact_or_refused(
    size: tuple[int, int], target: tuple[int, int], rule: str, rounding: str
) -> None:
    graph = resized(size, target, mode="nearest", coordinate_transformation_mode=rule, nearest_mode=rounding)
    try:
        lower(graph, "tflite")
    except UnsupportedOperatorError:
        return
    check_float(graph, tolerance=0)


@pytest.mark.parametrize("factor", [2, 3])
@pytest.mark.parametrize(
    ("rule", "rounding"), [("asymmetric", "floor"), ("half_pixel", "round_prefer_floor")]
)
def test_nearest_by_a_whole_factor_is_never_refused(factor: int, rule: str, rounding: str) -> None:
    target = (5 * factor, 4 * factor)
    attributes = {"coordinate_transformation_mode": rule, "nearest_mode": rounding}
    check_float(resized((5, 4), target, mode="nearest", **attributes), tolerance=0)


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_int8(mode: str) -> None:
    attributes = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    check_int8(quantized(resized((6, 5), (12, 10), mode=mode, **attributes)))


def test_by_factors() -> None:
    resize = node("Resize", "x", "", "factors", mode="linear")
    check_float(network((1, 3, 5, 4), resize, factors=np.array([1, 1, 2, 3], np.float32)))


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"mode": "cubic"}, "mode 'cubic'"),
        ({"mode": "linear", "antialias": 1}, "no antialias"),
        (
            {"mode": "linear", "coordinate_transformation_mode": "half_pixel_symmetric"},
            "half_pixel_symmetric",
        ),
    ],
)
def test_what_tflite_lacks_is_refused(attributes: dict[str, object], reason: str) -> None:
    with pytest.raises(UnsupportedOperatorError, match=f"Resize 'Resize_y': .*{reason}"):
        lower(resized((4, 4), (8, 8), **attributes), "tflite")


def test_a_factor_that_gives_a_broken_size_is_refused() -> None:
    resize = node("Resize", "x", "", "factors", mode="linear")
    graph = network((1, 3, 5, 5), resize, factors=np.array([1, 1, 1.5, 1.5], np.float32))
    with pytest.raises(UnsupportedOperatorError, match=r"the factor 1\.5"):
        lower(graph, "tflite")


def test_resizing_the_channels_is_refused() -> None:
    resize = node("Resize", "x", "", "", "sizes", mode="nearest")
    with pytest.raises(UnsupportedOperatorError, match="only height and width"):
        lower(network((1, 3, 4, 4), resize, sizes=np.array([1, 6, 4, 4])), "tflite")
