from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tests.toolchain.ladder.vivid import VIVID, vivid

from edgec.data import SHIPPED
from edgec.errors import CheckpointError, UsageError
from edgec.ladder import Ladder, Rung, verify
from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec_runtime.errors import EngineMissingError

IMAGES = str(SHIPPED["nuclei"] / "val" / "images")  # without masks: nothing is scored
FLOATS = ["cpu fp32", "openvino fp32", "tflite fp32"]


def statuses(ladder: Ladder) -> dict[str, str]:
    return {rung.name: rung.status for rung in ladder.rungs}


def rung(ladder: Ladder, name: str) -> Rung:
    return next(rung for rung in ladder.rungs if rung.name == name)


@pytest.fixture(scope="module")
def healthy(bundle_path: Path) -> Ladder:
    return verify(bundle_path, model=VIVID, samples=2)


def test_a_healthy_bundle_holds_from_torch_to_every_engine(healthy: Ladder) -> None:
    assert healthy.holds is True
    assert {rung.name: rung.below for rung in healthy.rungs} == {
        "torch": None,
        "exported": "torch",
        "simplified": "exported",
        **dict.fromkeys(FLOATS, "simplified"),
        "int8-static for cpu, openvino": "simplified",
        "cpu int8-static": "int8-static for cpu, openvino",
        "openvino int8-static": "int8-static for cpu, openvino",
        "int8-static for tflite": "simplified",
        "tflite int8-static": "int8-static for tflite",
    }
    assert {rung.status for rung in healthy.rungs[1:]} == {"holds"}


def test_each_rung_is_measured_and_scored(healthy: Ladder) -> None:
    assert (healthy.samples, healthy.scored_on) == ("2 of nuclei#val", "nuclei#val")
    for entry in healthy.rungs[1:]:
        assert entry.step is not None
        assert entry.whole is not None
        assert entry.scores is not None
        assert entry.step.samples == 2
    int8 = rung(healthy, "int8-static for tflite").step
    assert int8 is not None
    assert int8.max_error > 1e-4  # 8 bits are seen
    assert int8.snr_db < 60


def test_the_source_is_missing(bundle_path: Path) -> None:
    ladder = verify(bundle_path, samples=1, targets=["cpu"])
    assert ladder.holds is True
    assert "vivid.py:vivid" in ladder.notes[0]
    assert "--model" in ladder.notes[0]
    assert list(statuses(ladder)) == [
        "the bundle's graph",
        "cpu fp32",
        "int8-static for cpu",
        "cpu int8-static",
    ]


def test_without_any_graph_the_ladder_starts_at_an_engine(tmp_path: Path) -> None:
    recipe = Recipe(model=VIVID, size=(32, 48), targets=("tflite",), name="vivid")
    bundle = build(recipe, tmp_path, slower="unmeasured").bundle
    ladder = verify(bundle)
    assert ladder.holds is True
    assert ladder.samples == "the golden input"
    assert ladder.scored_on is None
    assert statuses(ladder) == {"tflite fp32": "lowest", "tflite int8-static": "holds"}
    assert "tflite fp32" in ladder.notes[0]


@pytest.mark.parametrize(("target", "constant"), [("cpu", "inner.0.weight"), ("tflite", "up.bias")])
def test_a_tampered_float_variant_falls(tampered, target: str, constant: str) -> None:
    bundle = tampered(target, "fp32", constant)
    ladder = verify(bundle, model=VIVID, data=IMAGES, samples=2, precisions=["fp32"], bisect=True)
    fallen = rung(ladder, f"{target} fp32")
    assert ladder.holds is False
    assert fallen.status == "falls"
    assert any("max error" in reason and "against simplified" in reason for reason in fallen.reasons)
    assert fallen.parting is not None
    assert fallen.parting.found
    assert fallen.parting.node == {"inner.0.weight": "getitem_3", "up.bias": "convolution"}.get(constant)
    assert [name for name, status in statuses(ladder).items() if status == "falls"] == [f"{target} fp32"]


@pytest.mark.parametrize("target", ["cpu", "openvino", "tflite"])
@pytest.mark.parametrize(
    ("constants", "node"),
    [(["inner.0.weight_quantized"], "relu_1"), (["up.weight_scale", "up.bias_scale"], "convolution")],
)
def test_bisect_names_the_node_that_was_tampered_with(
    tampered, target: str, constants: list[str], node: str
) -> None:
    bundle = tampered(target, "int8-static", *constants)
    ladder = verify(bundle, data=IMAGES, samples=2, targets=[target], bisect=True)
    fallen = rung(ladder, f"{target} int8-static")
    assert fallen.status == "falls"
    assert fallen.parting is not None
    assert (fallen.parting.found, fallen.parting.node) == (True, node)
    assert fallen.parting.snr_db < fallen.parting.limit_db


def test_nothing_is_bisected_unless_asked_for(tampered) -> None:
    bundle = tampered("cpu", "int8-static", "inner.0.weight_quantized")
    ladder = verify(bundle, data=IMAGES, samples=1, targets=["cpu"])
    assert ladder.scored_on is None
    assert rung(ladder, "cpu int8-static").status == "falls"
    assert rung(ladder, "cpu int8-static").parting is None


def test_other_calibration_images_are_told(bundle_path: Path) -> None:
    ladder = verify(bundle_path, data=IMAGES, calibration="nuclei", samples=1, targets=["cpu"])
    assert "--calibration" in rung(ladder, "int8-static for cpu").notes[0]


def test_unknown_calibration_images_leave_the_graph_out(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.symlink_to(SHIPPED["nuclei"] / "val" / "images")
    recipe = Recipe(model=VIVID, size=(32, 48), targets=("cpu",), name="vivid", calibration=str(photos))
    bundle = build(recipe, tmp_path, slower="unmeasured").bundle
    ladder = verify(bundle, model=VIVID)
    int8 = rung(ladder, "cpu int8-static")
    assert (int8.below, int8.status) == ("simplified", "holds")
    assert "--calibration" in int8.notes[0]
    again = verify(bundle, model=VIVID, calibration=str(photos))
    assert rung(again, "int8-static for cpu").notes == ()


def test_an_engine_that_is_missing_leaves_the_answer_open(
    bundle_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edgec import runner

    load = runner.load_engine

    def without_openvino(name: str):
        if name == "openvino":
            raise EngineMissingError("openvino is not installed: pip install 'edgec-runtime[openvino]'")
        return load(name)

    monkeypatch.setattr(runner, "load_engine", without_openvino)
    ladder = verify(bundle_path, model=VIVID, samples=1, targets=["cpu", "openvino"], precisions=["fp32"])
    assert ladder.holds is None
    assert statuses(ladder)["cpu fp32"] == "holds"
    assert rung(ladder, "openvino fp32").status == "unknown"
    assert "not installed" in rung(ladder, "openvino fp32").reasons[0]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `right.safetensors`, a bundle built from it, and `wrong.safetensors`."""
    folder = tmp_path_factory.mktemp("trained")
    network = vivid()
    save_file(network.state_dict(), folder / "right.safetensors")
    with torch.no_grad():
        network.head.bias += 1
    save_file(network.state_dict(), folder / "wrong.safetensors")
    recipe = Recipe(
        model=VIVID,
        checkpoint=folder / "right.safetensors",
        size=(32, 48),
        targets=("cpu",),
        precisions=("fp32",),
        name="vivid",
    )
    build(recipe, folder)
    return folder


@pytest.mark.parametrize(
    ("checkpoint", "said"), [("wrong.safetensors", "not the checkpoint"), (None, "name it with --checkpoint")]
)
def test_another_checkpoint_is_refused(trained: Path, checkpoint: str | None, said: str) -> None:
    path = None if checkpoint is None else trained / checkpoint
    with pytest.raises(CheckpointError, match=said):
        verify(trained / "vivid-1.0.0.edgec", model=VIVID, checkpoint=path)


def test_the_right_checkpoint_is_taken(trained: Path) -> None:
    ladder = verify(trained / "vivid-1.0.0.edgec", model=VIVID, checkpoint=trained / "right.safetensors")
    assert ladder.holds is True
    assert ladder.notes == ()


def test_a_checkpoint_without_its_network(trained: Path) -> None:
    with pytest.raises(UsageError, match=r"--model vivid\.py:vivid"):
        verify(trained / "vivid-1.0.0.edgec", checkpoint=trained / "right.safetensors")


def test_no_such_variant(bundle_path: Path) -> None:
    with pytest.raises(UsageError, match="it holds cpu fp32"):
        verify(bundle_path, targets=["raspberry-pi-5"])
