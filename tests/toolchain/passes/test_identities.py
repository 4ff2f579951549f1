import numpy as np
import pytest

from edgec.passes.constants import LiftConstants
from edgec.passes.identities import RemoveIdentities

NO_OPS = {
    "identity": "x = Identity(image)",
    "add 0": "z = Constant<value_float = 0.0>() x = Add(z, image)",
    "minus 0": "z = Constant<value_float = 0.0>() x = Sub(image, z)",
    "times 1": "o = Constant<value_float = 1.0>() x = Mul(image, o)",
    "by 1": "o = Constant<value_float = 1.0>() x = Div(image, o)",
    "cast": "y = Identity(image) x = Cast<to = 1>(image)",
    "transpose": "x = Transpose<perm = [0, 1, 2, 3]>(image)",
}


@pytest.mark.parametrize("body", NO_OPS.values(), ids=NO_OPS)
def test_what_does_nothing_goes(network, operators, run, body: str) -> None:
    graph = LiftConstants()(network(f"{body} map = Relu(x)", maps=2)).graph
    result = RemoveIdentities()(graph)
    assert result.changed
    assert operators(result.graph) == ["Relu"]
    assert (run(result.graph) == run(graph)).all()


def test_the_output_keeps_its_name(network, operators) -> None:
    result = RemoveIdentities()(network("x = Relu(image) map = Identity(x)", maps=2))
    assert operators(result.graph) == ["Relu"]
    assert result.graph.output.name == "map"


def test_what_does_something_is_left_alone(network, operators) -> None:
    graph = network(
        "x = Add(image, z) map = Transpose<perm = [0, 1, 3, 2]>(x)", {"z": np.ones(1, np.float32)}, maps=2
    )
    result = RemoveIdentities()(graph)
    assert not result.changed
    assert operators(result.graph) == ["Add", "Transpose"]


def test_adding_zeros_that_widen_the_image_is_left_alone(network, operators) -> None:
    zeros = np.zeros((1, 3, 1, 1), np.float32)
    graph = network("x = Add(image, z) map = Relu(x)", {"z": zeros}, channels=1)
    assert operators(RemoveIdentities()(graph).graph) == ["Add", "Relu"]
