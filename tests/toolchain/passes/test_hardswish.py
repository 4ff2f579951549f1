import numpy as np
import pytest

from edgec.passes.hardswish import FuseHardSwish

CONSTANTS = {name: np.float32(value) for name, value in (("three", 3), ("zero", 0), ("six", 6), ("five", 5))}
SHIFTED = "a = Add(image, three) c = Clip(a, zero, six)"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"{SHIFTED} m = Mul(image, c) map = Div(m, six)", ["HardSwish"]),
        (f"{SHIFTED} m = Mul(c, image) map = Div(m, six)", ["HardSwish"]),
        (f"{SHIFTED} map = Div(c, six)", ["HardSigmoid"]),
        ("h = HardSigmoid<alpha = 0.166666701, beta = 0.5>(image) map = Mul(h, image)", ["HardSwish"]),
    ],
)
def test_its_spellings_become_one_operator(network, operators, run, body: str, expected: list[str]) -> None:
    graph = network(body, CONSTANTS, maps=2)
    result = FuseHardSwish()(graph)
    assert result.changed
    assert operators(result.graph) == expected
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "body",
    [
        f"{SHIFTED} m = Mul(image, c) map = Div(m, five)",
        "a = Add(image, three) c = Clip(a, zero, five) m = Mul(image, c) map = Div(m, six)",
        "h = HardSigmoid<alpha = 0.2, beta = 0.5>(image) map = Mul(h, image)",
        f"{SHIFTED} m = Mul(a, c) map = Div(m, six)",
    ],
)
def test_other_numbers_are_left_alone(network, operators, body: str) -> None:
    graph = network(body, CONSTANTS, maps=2)
    result = FuseHardSwish()(graph)
    assert not result.changed
    assert operators(result.graph) == operators(graph)
