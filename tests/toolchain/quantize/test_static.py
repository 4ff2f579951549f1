import collections
from pathlib import Path

import numpy as np
import onnx
import pytest
from tests.toolchain.quantize.integers import requantized
from tests.toolchain.quantize.networks import (
    Array,
    images,
    initializers,
    measured,
    network,
    run,
    session,
    signal_to_noise,
    values,
)

from edgec.errors import QuantizationError
from edgec.graph import Graph
from edgec.quantize import quantize_static, tensors_to_observe
from edgec_calibration import Ranges
from edgec_targets.target import Int8

UNSIGNED = Int8(activation="uint8", reduce_range=True)
SIGNED = Int8(activation="int8")
LAYOUTS = {
    "uint8": Int8(activation="uint8"),
    "int8": SIGNED,
    "uint8 reduced": UNSIGNED,
    "int8 per tensor": Int8(activation="int8", per_channel=False),
}
layouts = pytest.mark.parametrize("int8", LAYOUTS.values(), ids=LAYOUTS.keys())

W = values(2, 2, 1, 1)


def integers(graph: Graph, image: Array) -> dict[str, Array]:
    """QuantizeLinear's result -> integers, by ONNX Runtime, node by node as the graph is written."""
    proto = graph.to_proto()
    names = [node.output[0] for node in proto.graph.node if node.op_type == "QuantizeLinear"]
    proto.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    spoken = Graph.from_bytes(proto.SerializeToString())
    return dict(zip(names, session(spoken).run(names, {str(graph.input.name): image}), strict=True))


def counts(graph: Graph) -> collections.Counter[str]:
    return collections.Counter(node.op_type for node in graph.nodes)


@layouts
def test_each_operator_is_within_one_step_of_integer_arithmetic(
    unet: Graph, ranges: Ranges, samples: list[Array], int8: Int8
) -> None:
    graph = quantize_static(unet, ranges, int8)
    found = integers(graph, samples[0])
    wanted = requantized(graph, found)
    assert len(wanted) == counts(graph)["QuantizeLinear"] - 1  # all but the image
    for name, expected in wanted.items():
        steps = np.abs(found[name].astype(np.float64) - expected)
        assert steps.max() <= 1, name
        assert steps.mean() < 0.01, name


@layouts
def test_quantized_is_close_to_float(unet: Graph, ranges: Ranges, samples: list[Array], int8: Int8) -> None:
    graph = quantize_static(unet, ranges, int8)
    for image in samples:
        assert signal_to_noise(run(unet, image), run(graph, image)) > 25


@layouts
def test_onnx_finds_the_graph_in_order(unet: Graph, ranges: Ranges, int8: Int8) -> None:
    onnx.checker.check_model(quantize_static(unet, ranges, int8).to_proto(), full_check=True)


def test_uint8_and_int8_give_the_same_answers(unet: Graph, ranges: Ranges, samples: list[Array]) -> None:
    unsigned = quantize_static(unet, ranges, Int8(activation="uint8"))
    signed = quantize_static(unet, ranges, SIGNED)
    shifted = 0
    for (name, one), (other_name, other) in zip(
        initializers(unsigned).items(), initializers(signed).items(), strict=True
    ):
        assert name == other_name
        if one.dtype == np.uint8:
            assert int(one) - 128 == int(other)
            shifted += 1
        else:
            assert np.array_equal(one, other)
    assert shifted > 0
    for image in samples:
        assert np.array_equal(run(unsigned, image), run(signed, image))


def test_same_inputs_same_bytes_and_the_float_graph_stays_as_it_is(unet: Graph, ranges: Ranges) -> None:
    before = unet.to_bytes()
    first = quantize_static(unet, ranges, UNSIGNED).to_bytes()
    again = quantize_static(Graph.from_bytes(before), Ranges.from_json(ranges.to_json()), UNSIGNED).to_bytes()
    assert first == again
    assert unet.to_bytes() == before


def test_weights_are_stored_as_integers(unet: Graph, ranges: Ranges) -> None:
    stored = initializers(quantize_static(unet, ranges, SIGNED))
    floats = [name for name, value in stored.items() if value.dtype == np.float32]
    assert all(name.endswith("_scale") for name in floats)
    kernels = [value for value in stored.values() if value.ndim == 4]
    assert len(kernels) == len(unet.convs)
    assert all(value.dtype == np.int8 for value in kernels)


def test_names_of_input_and_output_stay(unet: Graph, ranges: Ranges) -> None:
    graph = quantize_static(unet, ranges, UNSIGNED)
    assert (graph.input.name, graph.output.name) == (unet.input.name, unet.output.name)
    assert list(graph.output.shape or ()) == list(unet.output.shape or ())


def test_relus_are_left_out_and_their_zero_point_is_the_least_integer(unet: Graph, ranges: Ranges) -> None:
    relus = [node.outputs[0].name for node in unet.nodes if node.op_type == "Relu"]
    assert relus
    for int8, least in ((UNSIGNED, 0), (SIGNED, -128)):
        graph = quantize_static(unet, ranges, int8)
        assert counts(graph)["Relu"] == 0
        for node in graph.nodes:
            if node.op_type == "QuantizeLinear" and node.inputs[0].name in relus:  # type: ignore[union-attr]
                assert int(node.inputs[2].const_value.numpy()) == least  # type: ignore[union-attr]


@pytest.mark.parametrize("operator", ["MaxPool", "Concat"])
def test_bytes_are_moved_not_requantized(
    unet: Graph, ranges: Ranges, samples: list[Array], operator: str
) -> None:
    graph = quantize_static(unet, ranges, UNSIGNED)
    node = next(node for node in graph.nodes if node.op_type == operator)
    found = integers(graph, samples[0])
    before = node.inputs[0].producer().inputs[0].name  # type: ignore[union-attr]
    after = next(iter(node.outputs[0].consumers())).outputs[0].name
    source, result = found[str(before)], found[str(after)]
    if operator == "MaxPool":
        moved = source.reshape(*source.shape[:2], source.shape[2] // 2, 2, source.shape[3] // 2, 2).max(
            (3, 5)
        )
        assert np.array_equal(result, moved)
    else:
        assert np.array_equal(result[:, : source.shape[1]], source)


@layouts
def test_onnx_runtime_runs_everything_between_input_and_map_in_integers(
    unet: Graph, ranges: Ranges, int8: Int8, tmp_path: Path
) -> None:
    path = tmp_path / "optimized.onnx"
    session(quantize_static(unet, ranges, int8), optimized=True, saved=str(path))
    found = collections.Counter(node.op_type for node in onnx.load(path).graph.node)
    convs = counts(unet)["Conv"]
    assert found["QLinearConv"] == convs
    assert found["QLinearConcat"] == counts(unet)["Concat"]
    assert not {"Conv", "FusedConv", "Concat", "Relu"} & set(found)
    # Two at the ends, and two around the ConvTranspose, which ONNX Runtime has in float only.
    assert found["QuantizeLinear"] + found["DequantizeLinear"] <= 2 + 4


def test_onnx_runtime_in_integers_agrees_with_the_graph_as_it_is_written(
    unet: Graph, ranges: Ranges, samples: list[Array]
) -> None:
    """With full-range weights this fails on x86 without VNNI: sums of pairs saturate in 16 bits."""
    graph = quantize_static(unet, ranges, UNSIGNED)
    for image in samples:
        assert signal_to_noise(run(graph, image), run(graph, image, optimized=True)) > 40


def test_openvino_runs_the_convolutions_in_integers(
    unet: Graph, ranges: Ranges, samples: list[Array]
) -> None:
    import openvino

    graph = quantize_static(unet, ranges, UNSIGNED)
    core = openvino.Core()
    options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    compiled = core.compile_model(core.read_model(graph.to_bytes()), "CPU", options)
    notes = [node.get_rt_info() for node in compiled.get_runtime_model().get_ordered_ops()]
    kinds = [(note["layerType"].astype(str), note["runtimePrecision"].astype(str)) for note in notes]
    convolutions = [precision for kind, precision in kinds if kind in ("Convolution", "Deconvolution")]
    assert len(convolutions) == len(unet.convs)
    assert set(convolutions) <= {"u8", "i8"}
    assert {precision for kind, precision in kinds if kind in ("Pooling", "Concatenation")} <= {"u8", "i8"}
    for image in samples:
        answer = next(iter(compiled([image]).values()))
        assert signal_to_noise(run(graph, image), answer) > 40


def test_any_batch_and_size(samples: list[Array]) -> None:
    graph = network(
        "a = Conv<pads=[1,1,1,1]>(image, w) b = Relu(a) map = Conv(b, v)",
        w=values(4, 2, 3, 3),
        v=values(1, 4, 1, 1),
    )
    quantized = quantize_static(graph, measured(graph, images()), UNSIGNED)
    batch = np.concatenate(images(count=5))
    single = np.concatenate([run(quantized, image) for image in images(count=5)])
    assert np.array_equal(run(quantized, batch), single)


GRAPHS = {
    "no bias": ("map = Conv(image, w)", {"w": values(3, 2, 1, 1)}),
    "depthwise": ("map = Conv<group=2>(image, w, b)", {"w": values(2, 1, 3, 3), "b": values(2)}),
    "grouped up": ("map = ConvTranspose<group=2>(image, w, b)", {"w": values(2, 3, 2, 2), "b": values(6)}),
    "one channel": ("map = Conv(image, w, b)", {"w": values(1, 2, 1, 1), "b": values(1)}),
    "residual": ("a = Conv(image, w) b = Add(a, image) c = Relu(b) map = Conv(c, w)", {"w": W}),
    "same weight twice": ("a = Conv(image, w, b) map = Conv(a, w, b)", {"w": W, "b": values(2)}),
    "joined with itself": ("a = Concat<axis=1>(image, image) map = Conv(a, w)", {"w": values(2, 4, 1, 1)}),
    "clip": (
        "a = Conv(image, w) b = Clip(a, low, high) map = Conv(b, w)",
        {"w": W, "low": np.float32(-1), "high": np.float32(1)},
    ),
    "float in the middle": ("a = Conv(image, w) b = Sigmoid(a) map = Conv(b, w)", {"w": W}),
    "both sides of a relu": ("a = Conv(image, w) b = Relu(a) c = Sub(b, a) map = Conv(c, w)", {"w": W}),
    "relu is the map": ("a = Conv(image, w) map = Relu(a)", {"w": W}),
    "image is pooled": ("a = MaxPool<kernel_shape=[2,2]>(image) map = Conv(a, w)", {"w": W}),
    "softmax": ("a = Conv(image, w) map = Softmax<axis=1>(a)", {"w": W}),
    "weights of zeros": (
        "a = Conv(image, w) b = Relu(a) map = Conv(b, z, c)",
        {"w": W, "z": 0 * W, "c": values(2)},
    ),
    "one weight next to nothing": (
        "map = Conv(image, w, b)",
        {"w": W * np.array([1, 1e-12], np.float32).reshape(2, 1, 1, 1), "b": values(2)},
    ),
    "names that collide": (
        "image_quantized = Conv(image, image_scale) map = Conv(image_quantized, image_scale)",
        {"image_scale": W},
    ),
}


@pytest.mark.parametrize("activation", ["uint8", "int8"])
@pytest.mark.parametrize(("body", "weights"), GRAPHS.values(), ids=GRAPHS.keys())
def test_shapes_of_networks(body: str, weights: dict[str, Array], activation: str) -> None:
    graph = network(body, **weights)
    ranges = measured(graph, images())
    quantized = quantize_static(graph, ranges, Int8.model_validate({"activation": activation}))
    onnx.checker.check_model(quantized.to_proto(), full_check=True)
    assert counts(quantized)["QuantizeLinear"] >= 2
    for image in images():
        assert signal_to_noise(run(graph, image), run(quantized, image)) > 25


def test_network_without_a_convolution() -> None:
    graph = network("map = Sigmoid(image)")
    with pytest.raises(QuantizationError, match="no convolution"):
        quantize_static(graph, Ranges({}, "min-max", graph.digest, ""), UNSIGNED)


def test_ranges_of_another_network(unet: Graph, ranges: Ranges) -> None:
    other = network("map = Conv(image, w)", w=W)
    with pytest.raises(QuantizationError, match="another network"):
        quantize_static(other, ranges, UNSIGNED)


def test_tensor_without_a_range(unet: Graph, ranges: Ranges) -> None:
    name = tensors_to_observe(unet)[2]
    left = {key: limits for key, limits in ranges.tensors.items() if key != name}
    with pytest.raises(QuantizationError, match=f"no range for '{name}'"):
        quantize_static(unet, Ranges(left, "min-max", ranges.graph_sha256, ""), UNSIGNED)


def test_range_that_is_not_finite(unet: Graph, ranges: Ranges) -> None:
    name = tensors_to_observe(unet)[1]
    wrong = ranges.tensors | {name: (0.0, float("inf"))}
    with pytest.raises(QuantizationError, match=f"'{name}'.*finite"):
        quantize_static(unet, Ranges(wrong, "min-max", ranges.graph_sha256, ""), UNSIGNED)


def test_weight_that_is_not_finite() -> None:
    graph = network("map = Conv(image, w)", w=W * np.float32(np.nan))
    ranges = Ranges({"image": (0.0, 1.0), "map": (0.0, 1.0)}, "min-max", graph.digest, "")
    with pytest.raises(QuantizationError, match="'w' is not finite"):
        quantize_static(graph, ranges, UNSIGNED)


def test_dead_channel_keeps_its_bias() -> None:
    """A channel whose weights are nothing and whose bias is large: the pair that overflows int32."""
    weight = W * np.array([1, 1e-30], np.float32).reshape(2, 1, 1, 1)
    graph = network("map = Conv(image, w, b)", w=weight, b=np.array([0.5, 3.0], np.float32))
    quantized = quantize_static(graph, measured(graph, images()), SIGNED)
    answer = run(quantized, images()[0], optimized=True)
    assert answer[:, 1] == pytest.approx(3.0, abs=0.05)
