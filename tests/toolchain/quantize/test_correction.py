import numpy as np
import pytest
from tests.toolchain.quantize.networks import Array, images, network, run, values

from edgec.errors import QuantizationError
from edgec.graph import Graph
from edgec.quantize import convolution_inputs, quantize_static, tensors_to_observe
from edgec_calibration import Ranges, calibrate
from edgec_targets.target import Int8

U8 = Int8(activation="uint8")
# Weights that lie a quarter of a step above an integer: each is rounded down, and the errors add up.
STEP = 1 / 127
SHIFTED = np.full((3, 2, 3, 3), 10.25 * STEP, np.float32)
SHIFTED[:, 0, 0, 0] = 127 * STEP


def calibrated(graph: Graph, samples: list[Array]) -> Ranges:
    return calibrate(
        graph.to_bytes(), tensors_to_observe(graph), samples, "min-max", convolution_inputs(graph)
    )


def shift(graph: Graph, samples: list[Array], *, correct_bias: bool, int8: Int8 = U8) -> float:
    """The greatest difference, over the channels, of what the quantized network gives on average."""
    quantized = quantize_static(graph, calibrated(graph, samples), int8, correct_bias=correct_bias)
    lost = [run(quantized, image) - run(graph, image) for image in samples]
    return float(np.abs(np.mean(lost, axis=(0, 1, 3, 4))).max())


def bright(count: int = 3) -> list[Array]:
    """Images whose values are all well above 0, as behind a Relu."""
    return [np.abs(image) + 1 for image in images(count=count)]


NETWORKS = {
    "conv": network("map = Conv(image, w)", w=SHIFTED),
    "conv with a bias": network("map = Conv(image, w, b)", w=SHIFTED, b=values(3)),
    "depthwise": network("map = Conv <group = 2> (image, w)", w=SHIFTED[:2, :1].copy()),
    "grouped": network("map = Conv <group = 2> (image, w)", channels=4, w=SHIFTED.repeat(2, axis=0)),
    "transposed": network(
        "map = ConvTranspose <strides = [2, 2]> (image, w)", w=SHIFTED[:2, :, :2, :2].copy()
    ),
    "transposed, grouped": network(
        "map = ConvTranspose <strides = [2, 2], group = 2> (image, w)", w=SHIFTED[:2, :, :2, :2].copy()
    ),
}


@pytest.mark.parametrize("graph", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("per_channel", [True, False])
def test_correction_takes_back_what_rounding_shifts(graph: Graph, per_channel: bool) -> None:
    int8 = Int8(activation="uint8", per_channel=per_channel)
    channels = graph.input.shape[1]  # type: ignore[index]
    samples = [np.abs(image) + 1 for image in images(channels=int(channels))]  # type: ignore[arg-type]
    without = shift(graph, samples, correct_bias=False, int8=int8)
    corrected = shift(graph, samples, correct_bias=True, int8=int8)
    assert without > 0.002
    assert corrected < without / 3


def test_weights_that_are_integers_already_get_the_bias_they_had() -> None:
    graph = network("map = Conv(image, w, b)", w=np.ones((1, 2, 1, 1), np.float32), b=np.ones(1, np.float32))
    samples = bright()
    plain, corrected = (
        quantize_static(graph, calibrated(graph, samples), U8, correct_bias=correct).to_bytes()
        for correct in (False, True)
    )
    assert plain == corrected


def test_means_that_were_not_measured_are_named() -> None:
    graph = NETWORKS["conv"]
    ranges = calibrate(graph.to_bytes(), tensors_to_observe(graph), bright())
    with pytest.raises(QuantizationError, match="no means for 'image'"):
        quantize_static(graph, ranges, U8, correct_bias=True)


def test_each_tensor_that_a_convolution_takes_is_asked_for_once(unet: Graph) -> None:
    names = convolution_inputs(unet)
    assert len(names) == len(set(names))
    assert set(names) == {node.inputs[0].name for node in unet.convs if node.inputs[0] is not None}
