"""Each thing that a manifest must say, with a manifest that says otherwise."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sample_bundle import (
    canonical_json,
    sample_contents,
    sample_files,
    sample_manifest,
)
from tests.runtime.format.manifests import DELETE, Content, put, refused, sample

from edgec_runtime.errors import (
    DigestError,
    ManifestError,
    SchemaVersionError,
)
from edgec_runtime.format.decode import decode_manifest, encode_manifest, with_digest


def test_round_trip() -> None:
    data = sample_contents()["manifest.json"]
    manifest = decode_manifest(data)
    assert manifest == sample_manifest(sample_files())
    assert encode_manifest(manifest) == data


def test_whole_numbers_become_floats_when_written() -> None:
    manifest = sample_manifest(sample_files())
    whole = replace(manifest, input=replace(manifest.input, mean=(0,), std=(1,)))
    assert encode_manifest(whole) == encode_manifest(manifest)


def test_with_digest_is_what_the_reader_wants() -> None:
    manifest = replace(sample_manifest(sample_files()), name="other", digest="")
    assert decode_manifest(encode_manifest(with_digest(manifest))).name == "other"


TYPES = [
    (put("name", to=1), "name is an integer; expected a text"),
    (put("name", to=None), "name is null; expected a text"),
    (put("schema", to="1"), "schema is a text; expected an integer"),
    (put("schema", to=True), "schema is true or false; expected an integer"),
    (put("parameters", to=1.0), "parameters is a number with a decimal point; expected an integer or null"),
    (put("input", "scale", to=1), "input.scale is an integer; expected a number with a decimal point"),
    (put("input", "height", to=True), "input.height is true or false; expected an integer or null"),
    (put("input", "mean", to=0.0), "input.mean is a number with a decimal point; expected a list"),
    (put("input", to=[]), "input is a list; expected an object"),
    (put("variants", 2, "input_quantization", to=0.5), "expected an object or null"),
    (put("variants", 2, "output_quantization", to={"scale": 0.5}), "lacks the key 'zero_point'"),
    (put("variants", 2, "output_quantization", to={"scale": 1, "zero_point": 0}), "scale is an integer"),
    (put("variants", 2, "output_quantization", to={"scale": 1.0, "zero_point": 0.0}), "point is a number"),
    (put("input", "colour", to="red"), "input.colour is 'red'; expected one of 'grey', 'rgb', 'bgr'"),
    (put("variants", 2, "golden", "output", "shape", to="8"), "variants[2].golden.output.shape is a text"),
    (put("variants", 2, "golden", "output", "shape", 1, to="8"), "[2].golden.output.shape[1] is a text"),
    (put("variants", 0, "profile", to=1), "variants[0].profile is an integer; expected a text or null"),
    (put("variants", 0, "profile", to=DELETE), "variants[0] lacks the key 'profile'"),
    (put("variants", 0, "instructions", to=None), "variants[0].instructions is null; expected a list"),
    (put("variants", 0, "instructions", to=["a", 1]), "variants[0].instructions[1] is an integer"),
    (put("variants", 0, "engine", to="tensorrt"), "variants[0].engine is 'tensorrt'; expected one of"),
    (put("variants", 0, "precision", to="int4"), "variants[0].precision is 'int4'; expected one of"),
    (put("variants", 0, "operators", "f32", to=1.5), "variants[0].operators.f32 is a number"),
    (put("lineage", "recipe", "model", to={}), "lineage.recipe.model is an object"),
    (put("lineage", "recipe", "targets", 0, to=None), "lineage.recipe.targets[0] is null"),
    (put("variants", 1, "parity", "samples", to=DELETE), "variants[1].parity lacks the key 'samples'"),
    (put("variants", 1, "hook", to=None), "variants[1] has the unknown key 'hook'"),
    (put("digest", to=DELETE), "the whole lacks the key 'digest'"),
    (put("extends", to=None), "the whole has the unknown key 'extends'"),
    (put("schema", to=DELETE), "the whole lacks the key 'schema'"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), TYPES, ids=[words for _, words in TYPES])
def test_types_and_keys(change: Callable[[Content], object], words: str) -> None:
    refused(change, ManifestError, words)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_scale_that_is_no_number(value: float) -> None:
    change = put("variants", 2, "input_quantization", to={"scale": value, "zero_point": 0})
    refused(change, ManifestError, "holds")


@pytest.mark.parametrize("value", [[], 1, "a", None])
def test_a_manifest_that_is_no_object(value: object) -> None:
    with pytest.raises(ManifestError, match="the whole is"):
        decode_manifest(canonical_json(value))


@pytest.mark.parametrize(
    ("schema", "advice"),
    [(2, "install a newer edgec-runtime"), (10**15, "install a newer"), (0, "build the bundle again")],
)
def test_unknown_schema(schema: int, advice: str) -> None:
    refused(put("schema", to=schema), SchemaVersionError, f"schema {schema}, this edgec reads schema 1: ")
    refused(put("schema", to=schema), SchemaVersionError, advice)


def test_a_newer_schema_is_named_before_its_keys() -> None:
    with pytest.raises(SchemaVersionError):
        decode_manifest(canonical_json({"schema": 2, "anything": []}))


def test_wrong_digest_of_the_manifest() -> None:
    data = canonical_json({**sample(), "name": "other"})
    with pytest.raises(DigestError, match="the manifest's digest is"):
        decode_manifest(data)
