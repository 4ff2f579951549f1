"""Files that are no networks: cut off, too long, of other fields."""

import onnx
import pytest
from sample_bundle import onnx_network
from tests.runtime.guard.networks import refused

from edgec_runtime.errors import BundleError, LimitError, ModelError
from edgec_runtime.guard import check_models
from edgec_runtime.guard.onnx import check_onnx

GOOD = onnx_network().SerializeToString(deterministic=True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "IR version is 0"),
        (b"hello, this is no model", "which a Model of a bundle may not have"),
        (b"\x08\x0a" + b"\x80" * 11, "more than 64 bits"),
        (b"\x08" + b"\xff" * 9 + b"\x7f", "more than 64 bits"),
        (b"\x08\x0a\x08\x0a", "ir_version twice"),
        (b"\x0b\x08\x0a\x0c", "wire type 3"),
        (b"\x0d\0\0\0\0", "wire type 5"),
        (b"\x0f", "wire type 7"),
        (b"\x08", "truncated within a number"),
        (b"\x08\x80", "truncated within a number"),
        (b"\x08\x0a\x3a\xff\xff\xff\xff\x0f", "truncated: 4294967295 bytes wanted"),
        (b"\xf8\xff\xff\xff\x0f\x00", "holds the field 536870911"),
        (b"\x00\x00", "holds the field 0"),
        (GOOD + GOOD, "twice"),
        (GOOD[:-1], "truncated"),
    ],
)
def test_malformed(data: bytes, words: str) -> None:
    refused(data, ModelError, words)


def test_a_packed_number_that_is_cut_off() -> None:
    dims = b"\x0a\x02\x81\x80"  # TensorProto.dims, packed
    graph = b"\x2a" + bytes([len(dims)]) + dims
    refused(b"\x08\x0a\x3a" + bytes([len(graph)]) + graph, ModelError, "cut off")


def test_a_file_of_tiny_fields_does_not_take_all_memory() -> None:
    nodes = b"\x12\x00" * 1_100_000  # GraphProto.name would come once; a node's outputs may come often
    node = b"\x0a" + _varint(len(nodes)) + nodes
    graph = b"\x3a" + _varint(len(node)) + node
    refused(b"\x08\x0a" + graph, LimitError, "more than 1000000 fields")


def _varint(number: int) -> bytes:
    parts = []
    while number >= 0x80:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def test_every_truncation_is_refused_or_harmless() -> None:
    for size in range(len(GOOD)):
        try:
            check_onnx(GOOD[:size])
        except BundleError:
            continue
        onnx.load_from_string(GOOD[:size])  # what the guard lets through, a parser reads


def test_the_message_names_the_file() -> None:
    with pytest.raises(ModelError, match=r"^cpu/fp32/model\.onnx: "):
        check_models({"cpu/fp32/model.onnx": b"x"})
