import numpy as np
import pytest

from edgec.passes.clips import FuseClips


def _clip(
    low: float | None, high: float | None, source: str, result: str
) -> tuple[str, dict[str, np.ndarray]]:
    bounds = {f"{result}_{end}": bound for end, bound in (("l", low), ("h", high)) if bound is not None}
    names = [f"{result}_l" if low is not None else "", f"{result}_h" if high is not None else ""]
    body = (
        f"{result} = Clip({source}, {', '.join(names)})"
        if high is not None
        else f"{result} = Clip({source}, {names[0]})"
    )
    return body, {name: np.array(bound, np.float32) for name, bound in bounds.items()}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((0, 6), (1, 4), ["Clip"]),
        ((-1, 0.5), (0, 6), ["Clip"]),
        ((None, 6), (0, None), ["Clip"]),
        ((0, None), (0, None), ["Relu"]),
        ((-2, -1), (1, 2), ["Clip"]),  # nothing in common: all 1
        ((1, 2), (-2, -1), ["Clip"]),  # all -1
    ],
)
def test_two_clips_become_one(network, operators, run, first, second, expected) -> None:
    (one, bounds), (two, others) = _clip(*first, "image", "x"), _clip(*second, "x", "map")
    graph = network(f"{one} {two}", bounds | others, maps=2)
    result = FuseClips()(graph)
    assert result.changed
    assert operators(result.graph) == expected
    assert (run(result.graph) == run(graph)).all()


@pytest.mark.parametrize("bounds", [(0, 6), (-1, 0.5), (-2, -1), (0.25, None)])
def test_relu_and_clip_become_one(network, operators, run, bounds) -> None:
    clip, values = _clip(*bounds, "image", "x")
    after = network(f"{clip} map = Relu(x)", values, maps=2)
    clip, values = _clip(*bounds, "x", "map")
    before = network(f"x = Relu(image) {clip}", values, maps=2)
    for graph in (after, before):
        result = FuseClips()(graph)
        assert operators(result.graph) == ["Clip"]
        assert (run(result.graph) == run(graph)).all()


def test_a_whole_chain_becomes_one(network, operators, run) -> None:
    clip, values = _clip(0, 6, "x", "y")
    graph = network(f"x = Relu(image) {clip} z = Relu(y) map = Relu(z)", values, maps=2)
    result = FuseClips()(graph)
    assert operators(result.graph) == ["Clip"]
    assert result.graph.output.name == "map"
    assert (run(result.graph) == run(graph)).all()


@pytest.mark.parametrize(
    "body",
    [
        "x = Relu(image) y = Relu(x) map = Add(x, y)",
        "x = Relu(image) y = Sigmoid(x) map = Relu(y)",
        "s = ReduceMax<keepdims = 0>(image) x = Relu(image) map = Clip(x, , s)",
    ],
    ids=["used elsewhere", "not successive", "a computed bound"],
)
def test_others_are_left_alone(network, operators, body: str) -> None:
    graph = network(body, maps=2)
    result = FuseClips()(graph)
    assert not result.changed
    assert operators(result.graph) == operators(graph)
