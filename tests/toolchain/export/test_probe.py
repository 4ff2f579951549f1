from contextlib import nullcontext

import numpy as np
import onnx.parser
import pytest

from edgec.errors import ExportError
from edgec.export.probe import Images, check_same, find_multiple
from edgec.graph import Graph


def _network(levels: int, *, least: int = 1, crop: bool = True):
    """As a U-Net of so many levels answers: smaller by what its poolings cut off, unless it pads."""
    unit = 2**levels

    def run(images: np.ndarray) -> np.ndarray:
        height, width = images.shape[2:]
        if min(height, width) < least or (not crop and (height % unit or width % unit)):
            raise ExportError(f"not {height}x{width}")
        return np.zeros((1, 1, height // unit * unit, width // unit * unit), np.float32)

    return run


@pytest.mark.parametrize("levels", range(7))
@pytest.mark.parametrize("crop", [True, False])
def test_the_multiple_is_two_to_the_levels(levels: int, crop: bool) -> None:
    assert find_multiple(_network(levels, crop=crop), 1) == 2**levels


def test_a_map_of_half_the_size_still_fits() -> None:
    assert find_multiple(lambda images: images[:, :, : images.shape[2] // 2, : images.shape[3] // 2], 1) == 2


@pytest.mark.parametrize("run", [_network(7), _network(0, least=10**4)], ids=["too deep", "too small"])
def test_a_network_that_takes_none(run) -> None:
    with pytest.raises(ExportError, match="--size HEIGHTxWIDTH"):
        find_multiple(run, 1)


@pytest.mark.parametrize(("leaps", "flipped", "same"), [(True, 3, True), (True, 9, False), (False, 3, False)])
def test_signs_of_sums_may_flip_at_a_few_pixels(leaps: bool, flipped: int, same: bool) -> None:
    """Of 128 pixels, where the original has 1 and the graph 0."""
    zero = "zero = Constant <value_float: float = 0.0> ()" if leaps else "zero = Sub (image, image)"
    text = f"""<ir_version: 10, opset_import: ["": 21]>
      g (float[n, 1, 8, 8] image) => (float[n, 1, 8, 8] map)
      {{ no = Constant <value_float: float = 2.0> ()
        {zero}
        m = GreaterOrEqual (image, no)
        map = Where (m, no, zero) }}"""
    graph = Graph.from_bytes(onnx.parser.parse_model(text).SerializeToString())
    assert graph.leaps == leaps

    def original(images: Images) -> Images:
        found = np.zeros_like(images)
        found[..., 0, : flipped // 2] = 1
        return found

    with nullcontext() if same else pytest.raises(ExportError, match="differs by up to 1"):
        check_same(original, graph, 1, (8, 8))
    if leaps:  # where the original itself leaps in float64, the graph may, too
        check_same(original, graph, 1, (8, 8), wider=lambda images: np.ones_like(images))
