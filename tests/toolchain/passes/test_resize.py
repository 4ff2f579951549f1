import numpy as np
import pytest

from edgec.passes.resize import FixResizes
from edgec.passes.shapes import InferShapes

TO_ITS_SKIP = """s = Shape<end = 2>(image) q = Concat<axis = 0>(s, hw)
    map = Resize<mode = "{mode}", coordinate_transformation_mode = "half_pixel">(image, , , q)"""


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_a_size_that_is_known_becomes_constant(network, run, mode: str) -> None:
    body = TO_ITS_SKIP.format(mode=mode)
    graph = InferShapes()(network(body, {"hw": np.array([13, 11])}, maps=2)).graph
    result = FixResizes()(graph)
    assert result.changed
    (resize,) = (node for node in result.graph.nodes if node.op_type == "Resize")
    assert resize.inputs[3] is None
    assert resize.inputs[2].const_value.numpy().tolist() == pytest.approx([1, 1, 13 / 8, 11 / 8])
    assert run(result.graph).shape == (2, 2, 13, 11)
    assert (run(result.graph) == run(graph)).all()


def test_scales_are_left_alone(network) -> None:
    graph = InferShapes()(
        network("map = Resize(image, , k)", {"k": np.array([1, 1, 2, 2], np.float32)}, maps=2)
    ).graph
    assert not FixResizes()(graph).changed


def test_a_size_that_the_image_tells_is_left_alone(network) -> None:
    body = (
        "s = Shape(image) h = ReduceMax(image) i = Cast<to = 7>(h) q = Mul(s, i) map = Resize(image, , , q)"
    )
    graph = network(body, maps=2)
    assert not FixResizes()(graph).changed


@pytest.mark.parametrize("size", [(7, 25), (11, 13), (29, 41), (100, 241)])
def test_the_factors_give_the_size_in_any_precision(network, run, size: tuple[int, int]) -> None:
    of_six = "p = MaxPool<kernel_shape = [3, 3]>(image)" + TO_ITS_SKIP.format(mode="linear").replace(
        "(image, ,", "(p, ,"
    )
    graph = InferShapes()(network(of_six, {"hw": np.array(size)}, maps=2)).graph
    result = FixResizes()(graph).graph
    (factors,) = (node.inputs[2].const_value.numpy()[2:] for node in result.nodes if node.op_type == "Resize")
    assert np.floor(factors.astype(float) * 6).tolist() == list(size)
    assert np.floor(factors * np.float32(6)).tolist() == list(size)
    np.testing.assert_allclose(run(result), run(graph), atol=1e-5)
