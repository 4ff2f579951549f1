import numpy as np
import pytest
from tests.toolchain.lower.networks import (
    check_float,
    image_for,
    in_onnxruntime,
    in_tflite,
    network,
    node,
    operator_names,
    step_of,
    values,
)
from tests.toolchain.lower.rewrites.test_zero_column import changed_to_the_same, in_integers

from edgec.graph import Graph
from edgec.lower import lower
from edgec.lower.rewrites.channel_norm import TO_FIRST, TO_LAST, SpellChannelNorm
from edgec.quantize import store_float16


def normed(perm: tuple[int, ...] = TO_LAST, bias: bool = True, **attributes: object) -> Graph:
    """A norm over channels between two convolutions."""
    parameters = {"s": values((6,), 1)} | ({"t": values((6,), 2)} if bias else {})
    nodes = [
        node("Conv", "x", "v", to="a"),
        node("Transpose", "a", to="last", perm=perm),
        node("LayerNormalization", "last", *parameters, to="n", **attributes),
        node("Transpose", "n", to="b", perm=TO_FIRST),
        node("Conv", "b", "w"),
    ]
    weights = {"v": values((6, 3, 1, 1)), "w": values((2, 6, 1, 1), 3)}
    return network((1, 3, 6, 6), *nodes, **weights, **parameters)


@pytest.mark.parametrize(
    "graph",
    [normed(), normed(bias=False), normed(axis=3), normed(epsilon=0.5), store_float16(normed())],
    ids=["plain", "no bias", "axis 3", "epsilon", "halves"],
)
def test_it_means_the_same(graph: Graph) -> None:
    spelled = changed_to_the_same(SpellChannelNorm(), graph)
    assert not {"LayerNormalization", "Transpose"} & {each.op_type for each in spelled.nodes}


@pytest.mark.parametrize(
    "graph",
    [
        normed(perm=(0, 3, 2, 1)),
        network((1, 3, 6, 6), node("LayerNormalization", "x", "s", axis=-1), s=values((6,))),
        network(
            (1, 3, 6, 6),
            node("Transpose", "x", to="last", perm=TO_LAST),
            node("LayerNormalization", "last", "s", to="n"),
            node("Transpose", "n", perm=TO_FIRST),
            s=values((3,)),
        ),
        network((1, 3, 6, 6), node("Neg", "x")),
    ],
    ids=["other order", "width", "last of all", "no norm"],
)
def test_others_are_left_alone(graph: Graph) -> None:
    assert not SpellChannelNorm()(graph).changed


def test_tflite_runs_it() -> None:
    assert "TRANSPOSE" not in operator_names(check_float(normed(), tolerance=1e-4))


def test_tflite_runs_it_between_integers() -> None:
    graph = in_integers(normed())
    image = image_for(graph)
    found, wanted = in_tflite(lower(graph, "tflite"), image), in_onnxruntime(graph.to_bytes(), image)
    assert np.abs(found - wanted).max() <= 2.01 * step_of(graph)
