import pytest

from edgec.passes.depthwise import DepthwiseBeforeConcat
from edgec.passes.shapes import InferShapes

BODY = """
    a = Relu(image) b = Conv<pads = [1, 1, 1, 1]>(image, u)
    c = Concat<axis = {axis}>(a, b)
    map = Conv<group = 5, pads = {pads}, strides = {strides}>(c, w, bias)
"""


def concatenated(network, weights, multiple: int = 1, axis: int = 1, pads="[1, 1, 1, 1]", strides="[1, 1]"):
    body = BODY.format(axis=axis, pads=pads, strides=strides)
    parameters = {
        "u": weights(3, 2, 3, 3),
        "w": weights(5 * multiple, 1, 3, 3),
        "bias": weights(5 * multiple),
    }
    return InferShapes()(network(body, parameters, maps=5 * multiple)).graph


@pytest.mark.parametrize("multiple", [1, 2])
@pytest.mark.parametrize("axis", [1, -3])
@pytest.mark.parametrize(("pads", "strides"), [("[1, 1, 1, 1]", "[1, 1]"), ("[0, 2, 1, 0]", "[2, 1]")])
def test_the_convolution_goes_before_the_concat(network, weights, run, multiple, axis, pads, strides) -> None:
    graph = concatenated(network, weights, multiple, axis, pads, strides)
    result = DepthwiseBeforeConcat()(graph)
    assert result.changed
    last = list(result.graph.nodes)[-1]
    assert last.op_type == "Concat"
    groups = [value.producer().attributes.get_int("group") for value in last.inputs]
    assert groups == [2, 3]
    assert (run(result.graph) == run(graph)).all()
    assert result.graph.output.name == "map"
    assert not DepthwiseBeforeConcat()(result.graph).changed


@pytest.mark.parametrize(
    "body",
    [
        "c = Concat<axis = 1>(image, image) map = Conv<pads = [1, 1, 1, 1]>(c, dense)",
        "c = Concat<axis = 2>(image, image) map = Conv<group = 2, pads = [1, 1, 1, 1]>(c, narrow)",
        "c = Concat<axis = 1>(image, image) d = Conv<group = 4, pads = [1, 1, 1, 1]>(c, wide) "
        "map = Add(c, d)",
        "c = Concat<axis = 1>(image, image) v = Neg(wide) map = Conv<group = 4, pads = [1, 1, 1, 1]>(c, v)",
    ],
    ids=["dense", "not channels", "read twice", "weights computed"],
)
def test_others_are_left_alone(network, weights, body: str) -> None:
    known = {"dense": weights(4, 4, 3, 3), "narrow": weights(2, 1, 3, 3), "wide": weights(4, 1, 3, 3)}
    used = {name: data for name, data in known.items() if name in body}
    graph = InferShapes()(network(body, used, maps=2 if "axis = 2" in body else 4)).graph
    result = DepthwiseBeforeConcat()(graph)
    assert not result.changed
    assert result.graph is graph


def test_a_concat_that_is_the_map_is_left_alone(network) -> None:
    graph = InferShapes()(network("map = Concat<axis = 1>(image, image)", maps=4)).graph
    assert not DepthwiseBeforeConcat()(graph).changed
