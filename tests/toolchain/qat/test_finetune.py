"""From a trained network to a tuned one, and to what three engines make of it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from tests.toolchain.qat.conftest import tuned_for

from edgec.calibration import CACHE
from edgec.data import open_dataset
from edgec.errors import TrainingError, UsageError
from edgec.ladder import verify
from edgec.learn.runs import RUNS
from edgec.passes import up_convolution
from edgec.pipeline import build
from edgec.qat import Finetuned, finetune
from edgec.recipe import Recipe
from edgec.recipe.file import read_recipe
from edgec.source import load_source
from edgec_calibration import CalibrationError
from edgec_runtime import Session
from edgec_runtime.bundle import Bundle
from edgec_runtime.image import prepare

TARGETS = ("cpu", "openvino", "tflite")


@pytest.fixture(scope="module")
def tuned(base: Recipe, checkpoint: Path, workplace: Path) -> Finetuned:
    return finetune(tuned_for(base, checkpoint))


@pytest.mark.parametrize("target", TARGETS)
def test_what_was_simulated_is_what_is_built(
    base: Recipe, checkpoint: Path, workplace: Path, tmp_path: Path, target: str
) -> None:
    found = finetune(tuned_for(base, checkpoint, target=target))
    built = build(read_recipe(found.written.recipe), tmp_path, slower="unmeasured")
    assert [(row.target.name, row.precision, row.reason) for row in built.variants] == [
        (target, "fp32", None),
        (target, "int8-static", None),
    ]
    assert built.warnings == ()
    agreed, total, of_class = 0, 0, 0
    with Session.open(built.bundle, target=target, precision="int8-static") as session:
        spec = session.manifest.input
        for sample in open_dataset("nuclei#val")[:8]:
            image = prepare(sample.image, spec)
            mask = session.run({spec.name: image})[session.manifest.output.name] > 0
            with torch.no_grad():
                wanted = found.simulated(torch.from_numpy(image)).numpy() > 0
            agreed += (mask == wanted).sum()
            of_class += mask.sum()
            total += mask.size
    assert agreed / total >= 0.999
    assert 0.02 < of_class / total < 0.98


def test_the_weights_and_ranges_in_the_file_are_those_of_the_training(tuned: Finetuned) -> None:
    proto = onnx.load(tuned.written.network)
    held = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in proto.graph.initializer}
    for name, data in tuned.simulated.named_weights().items():
        assert np.array_equal(held[name], data)
    record = json.loads({entry.key: entry.value for entry in proto.metadata_props}["edgec.tuned"])
    assert record == {
        "version": 1,
        "target": "cpu",
        "profile": "portable",
        "int8": {"activation": "uint8", "per_channel": True, "reduce_range": True},
    }


def test_the_build_takes_the_ranges_as_they_are_and_says_so(tuned: Finetuned, tmp_path: Path) -> None:
    built = build(read_recipe(tuned.written.recipe), tmp_path, slower="unmeasured")
    proto = onnx.load(tuned.written.network)
    ranges = json.loads({entry.key: entry.value for entry in proto.metadata_props}["edgec.ranges"])
    with Bundle.open(built.bundle) as bundle:
        lineage = bundle.manifest.lineage
        assert bundle.manifest.name == "tiny"
        assert lineage.recipe["calibration"] == "carried by the network, tuned for cpu portable"
        assert lineage.samples_sha256 == ranges["samples_sha256"]
        int8 = onnx.load_model_from_string(bundle.read("cpu/int8-static/model.onnx"))
    scales = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in int8.graph.initializer}
    low, high = ranges["tensors"]["image"]
    assert scales["image_scale"] == np.float32((high - low) / 255)
    assert not (tmp_path / CACHE).exists()  # nothing was calibrated


def test_another_profile_is_built_with_a_warning(tuned: Finetuned, tmp_path: Path) -> None:
    other = read_recipe(tuned.written.recipe, ["targets=[openvino, tflite]"])
    built = build(other, tmp_path, slower="unmeasured")
    assert all(row.built is not None for row in built.variants)
    (warning,) = built.warnings  # openvino's portable integers are those of cpu
    assert warning.startswith("tflite int8-static has other integers than the network was tuned for (cpu")


def with_coarse_integers(found: Finetuned, path: Path) -> Path:
    """The same network with ranges as if one value in calibration had been 40 times too great."""
    tuned = load_source(str(found.written.network)).tuned
    assert tuned is not None
    wide = {name: (40 * low, 40 * high) for name, (low, high) in tuned.ranges.tensors.items()}
    wide["image"] = tuned.ranges.tensors["image"]
    proto = onnx.load(found.written.network)
    coarse = replace(tuned, ranges=replace(tuned.ranges, tensors=wide))
    onnx.helper.set_model_props(proto, coarse.properties())
    onnx.save(proto, path)
    return path


def test_a_network_that_integers_hurt_gets_better_in_them(
    base: Recipe, checkpoint: Path, workplace: Path, tmp_path: Path
) -> None:
    start = finetune(tuned_for(base, checkpoint, epochs=1, lr=1e-12))
    coarse = with_coarse_integers(start, tmp_path / "coarse.onnx")
    recipe = tuned_for(base, checkpoint, epochs=5, lr=3e-3)
    found = finetune(recipe.model_copy(update={"model": str(coarse), "checkpoint": None}))
    lost = found.fp32.dice - found.before.dice
    assert lost > 0.1
    assert found.after.dice > found.before.dice + lost / 2
    built = build(read_recipe(found.written.recipe), tmp_path, slower="unmeasured")
    assert [row.reason for row in built.variants] == [None, None]


def test_what_does_not_get_better_stays_as_it_was(base: Recipe, checkpoint: Path, workplace: Path) -> None:
    found = finetune(tuned_for(base, checkpoint, epochs=1, lr=1e-12))
    assert found.after == found.before
    (warning,) = found.warnings
    assert warning.startswith("no epoch was better in integers than the network as it was")


def test_a_tuned_network_is_tuned_on_with_the_ranges_that_it_has(
    tuned: Finetuned, base: Recipe, workplace: Path
) -> None:
    recipe = tuned_for(base, Path("none"), epochs=1).model_copy(
        update={"model": str(tuned.written.network), "checkpoint": None}
    )
    again = finetune(recipe)
    before, after = (load_source(str(found.written.network)).tuned for found in (tuned, again))
    assert before is not None
    assert after is not None
    assert before.ranges.tensors == after.ranges.tensors
    assert before.ranges.samples_sha256 == after.ranges.samples_sha256
    assert again.before.dice == pytest.approx(tuned.after.dice, abs=1e-6)


def test_a_network_that_was_tuned_merged_is_built_so(
    base: Recipe, checkpoint: Path, workplace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up_convolution, "GROWTH", 10.0)  # so small a network may not grow by 5 %
    found = finetune(tuned_for(base, checkpoint, target="openvino", profile="x86-vnni", epochs=1))
    nodes = onnx.load(found.written.network).graph.node
    assert "Concat" not in [node.op_type for node in nodes]
    built = build(read_recipe(found.written.recipe, ["profiles=[portable]"]), tmp_path, slower="unmeasured")
    assert [row.reason for row in built.variants] == [None, None]
    (warning,) = built.warnings
    assert "tuned for (openvino x86-vnni)" in warning


def test_a_killed_run_goes_on_with_the_same_network_only(
    base: Recipe, checkpoint: Path, workplace: Path, tmp_path: Path
) -> None:
    recipe = tuned_for(base, checkpoint, epochs=1)
    first = finetune(recipe, resume=tmp_path / "run")
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics["finished"] is True
    assert len(metrics["network_sha256"]) == 64
    metrics["finished"] = False
    (tmp_path / "run" / "metrics.json").write_text(json.dumps(metrics))
    again = finetune(recipe, resume=tmp_path / "run")
    assert again.after == first.after
    metrics["network_sha256"] = "0" * 64
    (tmp_path / "run" / "metrics.json").write_text(json.dumps(metrics))
    with pytest.raises(TrainingError, match="begun with another network"):
        finetune(recipe, resume=tmp_path / "run")
    assert (RUNS / CACHE).is_dir()


def test_what_cannot_be_tuned_for(base: Recipe, checkpoint: Path, workplace: Path) -> None:
    with pytest.raises(UsageError, match=r"add train\.qat, or --qat int8"):
        finetune(base)
    with pytest.raises(UsageError, match="'x86-vni' is not a profile of cpu: did you mean 'x86-vnni'"):
        finetune(tuned_for(base, checkpoint, profile="x86-vni"))
    with pytest.raises(UsageError, match="'cpuu' is not a target"):
        finetune(tuned_for(base, checkpoint, target="cpuu"))


def test_pieces_that_the_graph_does_not_take(base: Recipe, checkpoint: Path, workplace: Path) -> None:
    recipe = tuned_for(base, checkpoint)
    assert recipe.train is not None
    odd = recipe.model_copy(update={"train": recipe.train.model_copy(update={"crop": 31})})
    with pytest.raises(UsageError, match=r"images of 64x64, takes no pieces of 31x31: set train\.crop"):
        finetune(odd)


def test_ranges_of_another_network_are_refused(tuned: Finetuned, tmp_path: Path) -> None:
    proto = onnx.load(tuned.written.network)
    for entry in proto.metadata_props:
        entry.value = entry.value.replace('"image"', '"picture"')
    onnx.save(proto, tmp_path / "other.onnx")
    recipe = read_recipe(tuned.written.recipe, [f"model={tmp_path / 'other.onnx'}"])
    with pytest.raises(CalibrationError, match="the ranges that the network carries lack 'image'"):
        build(recipe, tmp_path, slower="unmeasured")


def test_the_ladder_knows_what_the_network_carries(tuned: Finetuned, tmp_path: Path) -> None:
    built = build(read_recipe(tuned.written.recipe), tmp_path, slower="unmeasured")
    named = verify(built.bundle, model=str(tuned.written.network))
    rungs = {rung.name: rung for rung in named.rungs}
    assert rungs["cpu int8-static"].below == "int8-static for cpu"
    assert named.holds
    alone = verify(built.bundle)  # nothing is calibrated anew in its place
    (rung,) = [rung for rung in alone.rungs if rung.name == "cpu int8-static"]
    assert "its calibration images are not known here" in " ".join(rung.notes)
