"""Our reading of COCO's packed run lengths, and of its polygons, beside other people's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco
from scipy.ndimage import binary_dilation, binary_erosion
from skimage.draw import polygon, polygon_perimeter

from edgec.data.runs import Runs, polygons_to_mask, runs_to_mask
from edgec.errors import DataError

SIZE = (24, 30)
corner = st.tuples(st.integers(0, SIZE[1]), st.integers(0, SIZE[0]))


@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40)), elements=st.integers(0, 1)))
def test_what_pycocotools_packs_is_unpacked(mask: np.ndarray) -> None:
    encoded = coco.encode(np.asfortranarray(mask))
    runs = Runs(size=mask.shape, counts=encoded["counts"].decode())
    np.testing.assert_array_equal(runs_to_mask(runs, mask.shape, "here"), mask)


@given(st.text(st.characters(min_codepoint=40, max_codepoint=120), max_size=30))
def test_any_other_text_is_refused(text: str) -> None:
    """Or, if it happens to be the runs of such an image, packing them again gives the same mask."""
    try:
        mask = runs_to_mask(Runs(size=SIZE, counts=text), SIZE, "here")
    except DataError:
        return
    np.testing.assert_array_equal(coco.decode({"size": list(SIZE), "counts": text.encode()}), mask)


@given(st.lists(corner, min_size=3, max_size=3))
def test_a_triangle_is_scikit_images_but_for_its_edge(corners: list[tuple[int, int]]) -> None:
    mask = polygons_to_mask([[float(v) for point in corners for v in point]], SIZE, "here")
    theirs = np.zeros((SIZE[0] + 8, SIZE[1] + 8), bool)
    xs, ys = [x + 4 for x, _ in corners], [y + 4 for _, y in corners]
    theirs[polygon(ys, xs)] = True
    square = np.ones((3, 3), bool)
    inner = binary_erosion(theirs, square)
    theirs[polygon_perimeter(ys, xs)] = True
    outer = binary_dilation(theirs, square)
    assert not (inner[4:-4, 4:-4] & ~mask).any()
    assert not (mask & ~outer[4:-4, 4:-4]).any()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e300])
def test_corners_that_are_nowhere_are_refused(value: float) -> None:
    with pytest.raises(DataError, match="here"):
        polygons_to_mask([[1.0, 1.0, 5.0, value, 9.0, 9.0]], SIZE, "here")
