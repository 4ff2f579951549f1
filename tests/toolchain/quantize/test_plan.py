import itertools
from typing import Any

import numpy as np
import pytest
from tests.toolchain.quantize.networks import network, values

from edgec.errors import UsageError
from edgec.graph import Graph
from edgec.quantize.plan import layers, make_plan, tensors_to_observe
from edgec.tidy import name_nodes

W = values(2, 2, 1, 1)
HALF = np.array([0, 0, 1, 1], np.int64)


def shared(graph: Graph) -> set[frozenset[str]]:
    """The sets of tensors with one scale, by name."""
    plan = make_plan(graph)
    groups: dict[Any, set[str]] = {}
    for tensor in plan.tensors:
        groups.setdefault(plan.sharing.leader(tensor), set()).add(str(tensor.name))
    return {frozenset(group) for group in groups.values()}


def sets(*groups: str) -> set[frozenset[str]]:
    return {frozenset(group.split()) for group in groups}


def test_u_net_pools_and_joins_in_one_scale_but_for_what_a_relu_bounds() -> None:
    graph = network(
        """a = Conv(image, w) skip = Relu(a) small = MaxPool<kernel_shape=[2,2], strides=[2,2]>(skip)
        up = ConvTranspose<strides=[2,2]>(small, t) both = Concat<axis=1>(up, skip)
        logits = Conv(both, v) map = Sigmoid(logits)""",
        w=W,
        t=values(2, 2, 2, 2),
        v=values(1, 4, 1, 1),
    )
    assert shared(graph) == sets("image", "skip small", "up both", "logits")
    assert tensors_to_observe(graph) == ["image", "skip", "up", "logits"]


def test_concat_of_what_relus_bound_has_one_scale() -> None:
    graph = network(
        "a = Conv(image, w) b = Relu(a) c = Conv(b, w) d = Relu(c) e = Concat<axis=1>(b, d) map = Conv(e, v)",
        w=W,
        v=values(1, 4, 1, 1),
    )
    assert shared(graph) == sets("image", "b d e", "map")


def test_concat_leaves_clipped_tensors_alone() -> None:
    graph = network(
        """a = Conv(image, w) b = Clip(a, zero, six) c = Conv(b, w) d = Clip(c, zero, one)
        e = Concat<axis=1>(b, d) map = Conv(e, v)""",
        w=W,
        v=values(1, 4, 1, 1),
        zero=np.float32(0),
        six=np.float32(6),
        one=np.float32(1),
    )
    assert shared(graph) == sets("image", "b", "d", "e", "map")


def test_concat_twice() -> None:
    graph = network(
        """a = Conv(image, w) b = Conv(a, w) c = Concat<axis=1>(a, b) r = Conv(a, w) s = Relu(r)
        d = Concat<axis=1>(s, c) map = Conv(d, v)""",
        w=W,
        v=values(1, 6, 1, 1),
    )
    assert shared(graph) == sets("image", "a b c d", "s", "map")


MOVES = {
    "MaxPool<kernel_shape=[2,2]>(a)": {},
    "Slice(a, one, two, axes)": {"one": [1], "two": [3], "axes": [2]},
    "Pad(a, amounts)": {"amounts": [0, 0, 1, 1, 0, 0, 1, 1]},
    "Pad<mode='reflect'>(a, amounts)": {"amounts": [0, 0, 1, 1, 0, 0, 1, 1]},
    "Transpose<perm=[0,1,3,2]>(a)": {},
    "Reshape(a, shape)": {"shape": [0, 2, 4, 16]},
    "SpaceToDepth<blocksize=2>(a)": {},
    "DepthToSpace<blocksize=2>(wide)": {},
}


@pytest.mark.parametrize("operator", MOVES)
def test_operators_that_only_move_values_keep_the_scale(operator: str) -> None:
    constants = {name: np.array(data, np.int64) for name, data in MOVES[operator].items()}
    body = f"a = Conv(image, w) wide = Conv(a, f) map = {operator}".replace("'", '"')
    graph = network(body, w=W, f=values(8, 2, 1, 1), **constants)
    found = next(group for group in shared(graph) if "map" in group)
    assert found == {"map", "wide" if "wide" in operator else "a"}
    assert "map" not in tensors_to_observe(graph)


def test_resize_moves_values_only_where_it_takes_the_nearest() -> None:
    scales = np.array([1, 1, 2, 2], np.float32)
    for mode, quantized in (("nearest", {"a", "map"}), ("linear", {"a"})):
        graph = network(f'a = Conv(image, w) map = Resize<mode="{mode}">(a, , scales)', w=W, scales=scales)
        assert quantized in shared(graph)


def test_pad_with_another_value_than_zero_stays_float() -> None:
    amounts = np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64)
    for value, quantized in ((0.0, {"a", "map"}), (1.0, {"a"})):
        graph = network(
            "a = Conv(image, w) map = Pad(a, amounts, value)", w=W, amounts=amounts, value=np.float32(value)
        )
        assert quantized in shared(graph)


def test_add_of_two_integers_has_scales_of_its_own() -> None:
    graph = network("a = Conv(image, w) b = Add(a, image) c = Relu(b) map = Conv(c, w)", w=W)
    assert shared(graph) == sets("image", "a", "c", "map")


def test_add_of_a_constant_or_of_a_float_stays_float() -> None:
    graph = network("a = Conv(image, w) b = Add(a, one) map = Conv(b, w)", w=W, one=np.float32(1))
    assert shared(graph) == sets("image", "a", "b", "map")
    assert [node.op_type for node in make_plan(graph).nodes] == ["Conv", "Conv"]
    graph = network("s = Sigmoid(image) a = Conv(image, w) b = Add(a, s) map = Conv(b, w)", w=W)
    assert [node.op_type for node in make_plan(graph).nodes] == ["Conv", "Conv"]


def test_what_stands_before_the_first_and_after_the_last_convolution() -> None:
    graph = network(
        """a = MaxPool<kernel_shape=[1,1]>(image) b = Conv(a, w) c = Sigmoid(b)
        map = MaxPool<kernel_shape=[1,1]>(c)""",
        w=W,
    )
    assert shared(graph) == sets("image a", "b")


def test_relu_is_part_of_a_convolution_only_where_nobody_else_reads_that() -> None:
    graph = network("a = Conv(image, w) b = Relu(a) c = Conv(a, w) d = Conv(b, w) map = Add(c, d)", w=W)
    assert shared(graph) == sets("image", "a", "b", "c", "d", "map")
    assert not any(make_plan(graph).made.values())


@pytest.mark.parametrize(
    ("limits", "left_out"),
    [({"low": -1, "high": 1}, True), ({"low": 0, "high": 6}, True), ({"low": 1, "high": 6}, False)],
)
def test_clip_is_part_of_a_convolution_where_it_lets_zero_through(
    limits: dict[str, float], left_out: bool
) -> None:
    constants = {name: np.float32(value) for name, value in limits.items()}
    graph = network("a = Conv(image, w) b = Clip(a, low, high) map = Conv(b, w)", w=W, **constants)
    assert any(make_plan(graph).made.values()) == left_out


def test_clip_to_limits_that_are_computed_is_not_part_of_a_convolution() -> None:
    graph = network(
        "h = ReduceMax<keepdims=0>(image) a = Conv(image, w) b = Clip(a, , h) map = Conv(b, w)", w=W
    )
    assert not any(make_plan(graph).made.values())


def u_net() -> Graph:
    graph = network(
        """a = Conv(image, w) skip = Relu(a) small = MaxPool<kernel_shape=[2,2], strides=[2,2]>(skip)
        inner = Conv(small, w) up = ConvTranspose<strides=[2,2]>(inner, t) both = Concat<axis=1>(up, skip)
        map = Conv(both, v)""",
        w=W,
        t=values(2, 2, 2, 2),
        v=values(1, 4, 1, 1),
    )
    name_nodes(graph.model)
    return graph


def test_layers_are_the_convolutions_in_order() -> None:
    assert layers(u_net()) == {"a": "Conv", "inner": "Conv", "up": "ConvTranspose", "map": "Conv"}


def test_layers_in_float_leave_what_is_fed_by_others_in_integers() -> None:
    plan = make_plan(u_net(), ["a", "up"])
    assert [node.name for node in plan.nodes] == ["inner", "map"]
    # The MaxPool and the Concat have no integers to move; what they give is quantized.
    assert [tensor.name for tensor in plan.tensors] == ["small", "inner", "both", "map"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_ranges_of_the_whole_plan_serve_every_choice(count: int) -> None:
    graph = u_net()
    observed = set(tensors_to_observe(graph))
    for kept in itertools.combinations(layers(graph), count):
        groups = make_plan(graph, kept).groups()
        assert {str(source.name) for sources in groups.values() for source in sources} <= observed


def test_an_unknown_layer_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="'iner' is not a layer of this network: did you mean 'inner'"):
        make_plan(u_net(), ["a", "iner"])


def test_an_add_takes_what_a_convolution_reads_in_integers() -> None:
    """The skip of a float operator: rounded for the convolution in any case, so it is added in integers."""
    graph = network(
        """a = Conv(image, w) skip = HardSwish(a) b = Conv(skip, w) sum = Add(b, skip)
        map = Conv(sum, w)""",
        w=W,
    )
    assert shared(graph) == sets("image", "a", "skip", "b", "sum", "map")


def test_an_add_of_what_nobody_else_rounds_stays_in_float() -> None:
    graph = network(
        "a = Conv(image, w) skip = HardSwish(a) b = Sigmoid(a) sum = Add(b, skip) map = Conv(sum, w)", w=W
    )
    assert "Add" not in {node.op_type for node in make_plan(graph).nodes}
