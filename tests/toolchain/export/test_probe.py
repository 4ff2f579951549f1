import numpy as np
import pytest

from edgec.errors import ExportError
from edgec.export.probe import find_multiple


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
