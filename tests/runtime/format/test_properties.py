"""What must hold for every value, tried with many."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sample_bundle import ONNX_FILE, sample_contents, sample_files, sample_manifest, zipped

from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import BundleError
from edgec_runtime.format import canonical
from edgec_runtime.format.container import ZipSource
from edgec_runtime.format.decode import decode_manifest, encode_manifest
from edgec_runtime.format.lineage import Pruning
from edgec_runtime.format.manifest import Manifest
from edgec_runtime.format.write import seal

GOOD = zipped(sample_contents())
TEXT = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=20)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | INTEGERS | FLOATS | TEXT
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
)
SEGMENTS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)


@given(JSON)
def test_canonical_json_round_trip(value: Any) -> None:
    data = canonical.encode(value)
    assert canonical.encode(canonical.decode(data)) == data
    assert json.loads(data) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_canonical_or_refused(data: bytes) -> None:
    try:
        value = canonical.decode(data)
    except BundleError:
        return
    assert canonical.encode(value) == data


SHA256 = st.text("0123456789abcdef", min_size=64, max_size=64)
PRUNINGS = st.builds(
    Pruning,
    source_sha256=SHA256,
    masks_sha256=SHA256,
    method=TEXT.filter(bool),
    granularity=TEXT.filter(bool),
    ratios=st.dictionaries(TEXT, FLOATS, max_size=3),
)


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    base = sample_manifest(sample_files())
    classes = tuple(replace(found, name=draw(TEXT.filter(bool))) for found in base.output.classes)
    fraction = st.floats(0.01, 0.99)
    lineage = replace(
        base.lineage,
        recipe=draw(st.dictionaries(TEXT, SCALARS | st.lists(TEXT, max_size=3).map(tuple), max_size=4)),
        tools=draw(st.dictionaries(TEXT, TEXT, max_size=4)),
        git_revision=draw(st.none() | TEXT),
        pruning=draw(st.lists(PRUNINGS, max_size=2).map(tuple)),
    )
    changed = replace(
        base,
        name=draw(SEGMENTS),
        parameters=draw(st.none() | st.integers(0, 2**53 - 1)),
        lineage=lineage,
        input=replace(base.input, scale=draw(fraction), mean=(draw(FLOATS),)),
        output=replace(base.output, threshold=draw(fraction), classes=classes),
    )
    return seal(changed, sample_files())


@given(manifests())
@settings(max_examples=50)
def test_manifest_round_trip(manifest: Manifest) -> None:
    data = encode_manifest(manifest)
    assert decode_manifest(data) == manifest
    assert encode_manifest(decode_manifest(data)) == data


@given(
    st.dictionaries(
        st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join), st.binary(max_size=50), max_size=8
    )
)
def test_zip_round_trip(files: dict[str, bytes]) -> None:
    contents = {"manifest.json": b"{}", **dict(sorted(files.items()))}
    source = ZipSource(io.BytesIO(zipped(contents)))
    assert source.manifest() == b"{}"
    assert {path: source.read(path) for path in source.sizes} == files
    assert {path: b"".join(source.chunks(path)) for path in source.sizes} == files


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
@settings(max_examples=300)
def test_any_changed_byte_is_refused(place: int, change: int) -> None:
    data = bytearray(GOOD)
    data[place] ^= change
    try:
        Bundle(Path("changed"), ZipSource(io.BytesIO(data)))
    except BundleError:
        return
    raise AssertionError(f"byte {place} changed by {change:#x} was accepted")


@given(st.integers(0, len(GOOD) - 1))
@settings(max_examples=100)
def test_any_truncation_is_refused(size: int) -> None:
    try:
        Bundle(Path("cut"), ZipSource(io.BytesIO(GOOD[:size])))
    except BundleError:
        return
    raise AssertionError(f"{size} of {len(GOOD)} bytes were accepted")


@given(st.integers(1, 3 << 20))
@settings(max_examples=5)
def test_chunks_are_the_file(size: int) -> None:
    data = bytes(size)
    source = ZipSource(io.BytesIO(zipped({"manifest.json": b"{}", ONNX_FILE: data})))
    chunks = list(source.chunks(ONNX_FILE))
    assert b"".join(chunks) == data
    assert max(map(len, chunks)) <= 1 << 20
