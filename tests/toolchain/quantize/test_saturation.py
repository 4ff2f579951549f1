import numpy as np
import pytest
from tests.toolchain.quantize.networks import images, measured, network, run, values

from edgec.quantize import quantize_static
from edgec.quantize.saturation import that_matters
from edgec_targets.target import Int8

CONV = "c = Conv(image, w)"


@pytest.mark.parametrize(
    ("readers", "expected"),
    [
        ("map = HardSwish(c)", (-3, 20)),
        ("map = HardSigmoid(c)", (-2.5, 2.5)),
        ("map = HardSigmoid<alpha = 0.5, beta = 2.0>(c)", (-4, 0)),
        ("map = HardSigmoid<alpha = -0.2>(c)", (-40, 20)),
        ("a = HardSwish(c) b = HardSigmoid(c) map = Add(a, b)", (-3, 20)),
        ("a = HardSwish(c) map = Add(a, c)", (-40, 20)),
        ("map = Sigmoid(c)", (-40, 20)),
    ],
)
def test_what_lies_beyond_the_slope_does_not_matter(readers: str, expected: tuple[float, float]) -> None:
    graph = network(f"{CONV} {readers}", w=values(2, 2, 1, 1))
    (convolution,) = graph.convs
    assert that_matters(convolution.outputs[0], (-40.0, 20.0)) == expected


def test_a_narrow_range_and_the_map_stay_as_they_are() -> None:
    graph = network(f"{CONV} map = HardSwish(c)", w=values(2, 2, 1, 1))
    (convolution,) = graph.convs
    assert that_matters(convolution.outputs[0], (-1.0, 1.0)) == (-1.0, 1.0)
    assert that_matters(graph.output, (-40.0, 20.0)) == (-40.0, 20.0)


def test_a_wide_convolution_before_hardswish_keeps_its_resolution() -> None:
    weight = np.array([[-40, 0], [0, 0.5]], np.float32).reshape(2, 2, 1, 1)
    graph = network(f"{CONV} map = HardSwish(c)", w=weight)
    samples = [np.abs(image) for image in images()]
    quantized = quantize_static(graph, measured(graph, samples), Int8(activation="int8"))
    error = np.abs(run(quantized, samples[0]) - run(graph, samples[0]))[:, 1].max()
    whole_step = 40 * max(float(sample.max()) for sample in samples) / 255
    assert error < whole_step / 10
