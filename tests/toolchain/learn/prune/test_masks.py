"""The file of masks: one text for the same masks, and nothing else is taken."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.toolchain.learn.prune.networks import SHA256, image_of, masks_of, network_of

from edgec.errors import CheckpointError, EdgecError
from edgec.learn.prune.masks import Layer, parse_masks, read_masks
from edgec.learn.prune.prune import check_runs, prune

MASKS = masks_of("unet", network_of("unet"), {"default": 0.5})
DOCUMENT = json.loads(MASKS.to_json())


def test_round_trip() -> None:
    text = MASKS.to_json()
    again = parse_masks(text.encode(), "masks.json")
    assert again == MASKS
    assert again.to_json() == text
    assert again.sha256 == MASKS.sha256


def test_of_another_checkpoint() -> None:
    MASKS.check_source(SHA256, "a")
    with pytest.raises(CheckpointError, match=r"the masks are for another checkpoint than b\.safetensors"):
        MASKS.check_source("1" * 64, "b.safetensors")
    with pytest.raises(CheckpointError, match="its sha256 is none"):
        MASKS.check_source(None, "the network")


def test_a_file_that_is_not_there(tmp_path: Any) -> None:
    with pytest.raises(CheckpointError, match="cannot read the masks"):
        read_masks(tmp_path / "masks.json")


def _changed(**fields: object) -> bytes:
    return json.dumps(DOCUMENT | fields).encode()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Invalid JSON"),
        (b"[]", "the whole"),
        (_changed(schema=2), "schema"),
        (_changed(more=1), "more"),
        (_changed(source_sha256="0"), "source_sha256"),
        (_changed(method="l3"), "method"),
        (_changed(layers={"head": {"inputs": []}}), "layers.head.inputs"),
        (_changed(layers={"head": {"inputs": [1, 1]}}), "channels are ascending, each once"),
        (_changed(layers={"head": {"inputs": [2, 1]}}), "channels are ascending, each once"),
        (_changed(layers={"head": {"inputs": [-1]}}), "layers.head.inputs.0"),
        (_changed(layers={"head": {"inputs": [True]}}), "layers.head.inputs.0"),
        (_changed(groups=[DOCUMENT["groups"][0] | {"scores": [1.0]}]), "there are 1 scores"),
        (_changed(groups=[DOCUMENT["groups"][0] | {"kept": [99]}]), "below 8"),
        (_changed(groups=[DOCUMENT["groups"][0] | {"scores": [float("nan")] * 8}]), "groups.0.scores.0"),
    ],
)
def test_what_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(CheckpointError, match=told):
        parse_masks(data, "masks.json")


PLACES = st.none() | st.lists(st.integers(0, 20), min_size=1, max_size=20).map(
    lambda v: tuple(sorted(set(v)))
)
NAMES = st.sampled_from(["encoder.0.0", "encoder.0.1", "up.0", "head", "pool", "decoder.1.3", "", "x.y"])


@given(layers=st.dictionaries(NAMES, st.builds(Layer, inputs=PLACES, outputs=PLACES), max_size=4))
@settings(max_examples=60)
def test_hostile_layers_are_refused_or_run(layers: dict[str, Layer]) -> None:
    network = network_of("unet")
    masks = MASKS.model_copy(update={"layers": layers})
    try:
        pruned = prune(network, masks)
        check_runs(pruned, image_of("unet"), 1)
    except EdgecError:
        return
    assert pruned(image_of("unet")).shape == (1, 1, 32, 32)


@given(
    st.recursive(st.none() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3))
)
@settings(max_examples=60)
def test_any_value_anywhere_is_refused_or_one_of_ours(value: object) -> None:
    for key in DOCUMENT:
        try:
            found = parse_masks(_changed(**{key: value}), "masks.json")
        except CheckpointError:
            continue
        assert parse_masks(found.to_json().encode(), "again") == found
