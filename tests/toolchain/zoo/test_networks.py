import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from edgec.errors import ModelSourceError
from edgec.zoo import MODELS, create, default_weights, parameter_count
from edgec.zoo.blocks import fit_to


@pytest.mark.parametrize(("name", "parameters"), [("unet", 31_042_369), ("unet_light", 1_513_354)])
def test_parameter_counts_are_those_of_the_reference(name: str, parameters: int) -> None:
    assert parameter_count(create(name)) == parameters


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


@pytest.mark.parametrize("name", MODELS)
def test_an_exported_graph_has_no_crop_where_the_size_fits(name: str) -> None:
    program = torch.export.export(
        create(name).eval(),
        (torch.rand(2, 1, 32, 32),),
        dynamic_shapes=({0: torch.export.Dim("batch")},),
    )
    assert _crops_and_pads(program) == set()


def test_an_exported_graph_crops_where_the_size_does_not_fit() -> None:
    program = torch.export.export(create("unet_light").eval(), (torch.rand(1, 1, 37, 32),))
    assert _crops_and_pads(program) == {"aten.slice.Tensor"}


def _crops_and_pads(program: torch.export.ExportedProgram) -> set[str]:
    called = {str(node.target) for node in program.graph.nodes if node.op == "call_function"}
    return {name for name in called if "slice" in name or "pad" in name}


@pytest.mark.parametrize("name", MODELS)
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
    with pytest.raises(ModelSourceError, match=r"'unet_lite'.*Did you mean unet_light or unet\?"):
        create("unet_lite")
    with pytest.raises(ModelSourceError, match="There are unet, unet_light"):
        create("mobile")


def test_listing_the_names_does_not_import_torch() -> None:
    code = "import sys, edgec.zoo; print(*edgec.zoo.MODELS); sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["unet", "unet_light"])


def test_the_shipped_weights_fit_and_are_finite() -> None:
    path = default_weights("unet_light")
    assert path is not None
    state = load_file(path)
    create("unet_light").load_state_dict(state, strict=True)
    assert all(bool(torch.isfinite(tensor).all()) for tensor in state.values())


@pytest.mark.parametrize("name", ["unet", "../assets/unet_light", "nothing"])
def test_other_names_have_no_shipped_weights(name: str) -> None:
    assert default_weights(name) is None
