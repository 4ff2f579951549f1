import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from edgec.errors import ModelSourceError
from edgec.zoo import MODELS, create, default_weights, parameter_count
from edgec.zoo.blocks import fit_to
from edgec.zoo.eunet import space_to_depth_conv

IMAGES = tuple(name for name in MODELS if name != "unet3d")
WITH_CHANNELS = {"eunet": 3}  # the others take one by default
# No crop: every second pixel is a shortcut's; of a 2x2 convolution that pads all around one side is left out.
SLICES = {"blu_net_fast": {"aten.slice.Tensor"}, "blu_net": {"aten.slice.Tensor"}}


@pytest.mark.parametrize(
    ("name", "options", "parameters"),
    [
        ("unet", {}, 31_042_369),
        ("unet", {"norm": False}, 31_042_369 - 2 * 5888),
        ("unet", {"up": "bilinear"}, 31_042_369 - 3 * 696_320),
        ("unet", {"in_channels": 3, "out_channels": 4}, 31_042_369 + 2 * 576 + 3 * 65),
        ("unet_light", {}, 1_513_354),
        ("unet_flex", {}, 31_042_369 - 5888),
        ("eunet", {}, 6_434_463),
        ("eunet", {"widths": [96, 192, 432, 800]}, 15_981_359),
        ("attention_unet", {}, 32_087_813),
        ("unet_plus_plus", {}, 9_048_897),
        ("unet3d", {}, 19_072_769),
        ("blu_net", {}, 3_901_633),
        ("blu_net", {"norm": True}, 3_901_633 + 2 * 6848),
        ("blu_net_fast", {}, 7_861_153),
        ("blu_net_fast", {"widths": [64, 128, 256, 512], "levels": 2}, 31_407_954),
        ("unet3d", {"in_channels": 3, "out_channels": 3, "norm": False}, 19_069_955),
    ],
)
def test_parameter_counts_are_those_of_the_reference(
    name: str, options: dict[str, object], parameters: int
) -> None:
    with torch.device("meta"):
        assert parameter_count(create(name, **options)) == parameters


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("outputs", [1, 3])
def test_the_answer_is_the_probability_of_the_logits(name: str, outputs: int) -> None:
    torch.manual_seed(0)
    network = create(name, widths=[4, 8], in_channels=3, out_channels=outputs).eval()
    with torch.inference_mode():
        image = torch.rand(2, 3, 16, 24)
        logits, found = network.logits(image), network(image)
    assert logits.shape == found.shape == (2, outputs, 16, 24)
    expected = torch.sigmoid(logits) if outputs == 1 else torch.softmax(logits, 1)
    assert torch.equal(found, expected)


@pytest.mark.parametrize(
    ("name", "options", "answer"),
    [
        ("unet", {"depth": 4}, r"unet: it has no option 'depth'. Its options: in_channels=1, out_channels=1"),
        ("unet", {"widths": []}, "'widths': Tuple should have at least 1 item"),
        ("unet", {"widths": [8, 0]}, r"'widths.1': Input should be greater than or equal to 1"),
        ("unet", {"out_channels": True}, "'out_channels': Input should be a valid integer"),
        ("unet", {"up": "nearest"}, "'up': Input should be 'transposed' or 'bilinear'"),
        ("unet_flex", {"decoder": [8]}, "decoder has 1 levels and widths 4: give one for each level"),
    ],
)
def test_what_cannot_be_is_refused_with_the_options_there_are(
    name: str, options: dict[str, object], answer: str
) -> None:
    with pytest.raises(ModelSourceError, match=answer):
        create(name, **options)


def test_a_decoder_has_widths_of_its_own() -> None:
    network = create("unet_flex", widths=[6, 10], decoder=[3, 7], bottleneck=9).eval()
    assert [block[0].in_channels for block in network.decoder] == [6 + 3, 10 + 7]
    with torch.inference_mode():
        assert network(torch.rand(1, 1, 33, 47)).shape == (1, 1, 33, 47)


def test_no_normalization_is_left_where_it_is_off() -> None:
    kinds = {type(module) for module in create("unet", widths=[4], norm=False).modules()}
    assert torch.nn.BatchNorm2d not in kinds
    assert torch.nn.Conv2d in kinds


def test_a_gate_closes_where_its_score_is_low() -> None:
    gate = create("attention_unet", widths=[4]).gate[0]
    skip, deeper = torch.rand(1, 4, 8, 8), torch.rand(1, 8, 4, 4)
    with torch.inference_mode():
        torch.nn.init.constant_(gate.score.bias, -100.0)
        assert float(gate(skip, deeper).abs().max()) < 1e-6
        torch.nn.init.constant_(gate.score.bias, 100.0)
        assert torch.allclose(gate(skip, deeper), skip)


def test_the_convolution_of_space_to_depth_is_one_of_stride_2() -> None:
    down = space_to_depth_conv(3, 5)[0]
    image = torch.rand(2, 3, 6, 8)
    with torch.inference_mode():
        moved = torch.nn.functional.pixel_unshuffle(image, 2)
        expected = torch.nn.functional.conv2d(moved, down.weight.reshape(5, 12, 1, 1))
        assert torch.allclose(down(image), expected, atol=1e-6)


@pytest.mark.parametrize(("height", "width"), [(16, 16), (17, 16), (37, 50), (148, 148), (31, 95)])
def test_any_size_from_16_gives_probabilities(height: int, width: int) -> None:
    torch.manual_seed(0)
    network = create("unet_light").eval()
    with torch.inference_mode():
        output = network(torch.rand(2, 1, height, width))
    assert output.shape == (2, 1, height // 16 * 16, width // 16 * 16)
    assert bool(((output > 0) & (output < 1)).all())


def test_the_dense_unet_takes_an_odd_size() -> None:
    torch.manual_seed(0)
    with torch.inference_mode():
        output = create("unet").eval()(torch.rand(1, 1, 37, 18))
    assert output.shape == (1, 1, 32, 16)
    assert bool(torch.isfinite(output).all())


def test_a_skip_is_cropped_about_its_centre() -> None:
    skip = torch.arange(30.0).reshape(1, 1, 5, 6)
    assert torch.equal(fit_to(skip, 3, 4), skip[..., 1:4, 1:5])
    assert torch.equal(fit_to(skip, 4, 6), skip[..., 0:4, :])


def test_a_skip_that_is_smaller_is_padded_with_zeros() -> None:
    skip = torch.ones(1, 1, 2, 4)
    fitted = fit_to(skip, 5, 2)
    assert fitted[0, 0].tolist() == [[0, 0], [1, 1], [1, 1], [0, 0], [0, 0]]


def test_a_skip_that_fits_is_left_alone() -> None:
    skip = torch.rand(1, 2, 4, 4)
    assert fit_to(skip, 4, 4) is skip


@pytest.mark.parametrize("name", IMAGES)
def test_an_exported_graph_has_no_crop_where_the_size_fits(name: str) -> None:
    channels = WITH_CHANNELS.get(name, 1)
    program = torch.export.export(
        create(name, widths=[4, 8]).eval(),
        (torch.rand(2, channels, 32, 32),),
        dynamic_shapes=({0: torch.export.Dim("batch")},),
    )
    assert _crops_and_pads(program) == SLICES.get(name, set())


def test_an_exported_graph_crops_where_the_size_does_not_fit() -> None:
    program = torch.export.export(create("unet_light").eval(), (torch.rand(1, 1, 37, 32),))
    assert _crops_and_pads(program) == {"aten.slice.Tensor"}


def _crops_and_pads(program: torch.export.ExportedProgram) -> set[str]:
    called = {str(node.target) for node in program.graph.nodes if node.op == "call_function"}
    return {name for name in called if "slice" in name or "pad" in name}


@pytest.mark.parametrize("name", ["unet", "unet_light"])
def test_the_skip_comes_after_the_upsampled_tensor(name: str) -> None:
    network = create(name).eval()
    seen: list[torch.Tensor] = []
    network.up[0].register_forward_hook(lambda *call: seen.append(call[2]))
    network.decoder[0].register_forward_pre_hook(lambda *call: seen.append(call[1][0]))
    with torch.inference_mode():
        network(torch.rand(1, 1, 16, 16))
    upsampled, concatenated = seen
    assert torch.equal(concatenated[:, : upsampled.shape[1]], upsampled)
    assert concatenated.shape[1] == 2 * upsampled.shape[1]


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(ModelSourceError, match=r"'unet_lite'.*Did you mean unet_light or "):
        create("unet_lite")
    with pytest.raises(ModelSourceError, match="There are unet, unet_light, unet_flex"):
        create("mobile")


def test_listing_the_names_does_not_import_torch() -> None:
    code = "import sys, edgec.zoo; print(*edgec.zoo.MODELS); sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, list(MODELS))


def test_the_shipped_weights_fit_and_are_finite() -> None:
    path = default_weights("unet_light")
    assert path is not None
    state = load_file(path)
    create("unet_light").load_state_dict(state, strict=True)
    assert all(bool(torch.isfinite(tensor).all()) for tensor in state.values())


def test_the_shipped_weights_are_those_of_the_defaults() -> None:
    assert default_weights("unet_light", widths=[32, 64, 128, 256]) == default_weights("unet_light")
    assert default_weights("unet_light", widths=[32, 64]) is None


@pytest.mark.parametrize("name", ["unet", "../assets/unet_light", "nothing"])
def test_other_names_have_no_shipped_weights(name: str) -> None:
    assert default_weights(name) is None
