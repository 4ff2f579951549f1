import numpy as np
import pytest
from tests.toolchain.quantize.networks import Array, network, run
from tests.toolchain.quantize.test_correction import NETWORKS, U8, bright, calibrated

from edgec.graph import Graph
from edgec.quantize import quantize_best, quantize_static
from edgec.quantize.choice import answers, mean_squared_error


def both(graph: Graph, samples: list[Array]) -> tuple[Graph, Graph, Graph]:
    """Without correction, with it, and what is chosen."""
    ranges = calibrated(graph, samples)
    plain, corrected = (quantize_static(graph, ranges, U8, correct_bias=correct) for correct in (False, True))
    return plain, corrected, quantize_best(graph, ranges, U8, samples)


def test_correction_is_kept_where_it_helps() -> None:
    plain, corrected, chosen = both(NETWORKS["conv"], bright())
    assert plain.digest != corrected.digest
    assert chosen.digest == corrected.digest


def test_correction_is_left_out_where_it_does_not() -> None:
    # What rounding loses grows with the image, so that the correction is right for the mean of all: far too
    # much for the dark ones, and a Clip hides what it does for the bright one. 12 / 255 is an integer.
    samples = [np.full((1, 2, 8, 8), value, np.float32) for value in (12 / 255, 12 / 255, 12 / 255, 4.0)]
    weight = np.full((1, 2, 1, 1), 10.25 / 127, np.float32)
    weight[0, 0] = 1.0
    graph = network(
        "sum = Conv(image, w) map = Clip(sum, low, high)",
        w=weight,
        low=np.float32(0),
        high=np.float32(0.1),
    )
    plain, corrected, chosen = both(graph, samples)
    assert plain.digest != corrected.digest
    assert chosen.digest == plain.digest


def test_error_is_the_mean_over_all_answers() -> None:
    graph = NETWORKS["conv"]
    samples = bright(2)
    wanted = [run(graph, image) + shift for image, shift in zip(samples, (1.0, 2.0), strict=True)]
    assert mean_squared_error(answers(graph, samples), wanted) == pytest.approx(2.5, rel=1e-4)
