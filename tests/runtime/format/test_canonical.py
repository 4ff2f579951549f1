import pytest

from edgec_runtime.errors import BundleError, LimitError, ManifestError
from edgec_runtime.format import canonical

ROUND_TRIP = {"b": [1, 2.5, None, True, 'ü \\n "quoted"'], "a": {"x": -0.0, "y": 1e-05, "z": 2**53 - 1}}


def test_encoding_again_gives_the_same_bytes() -> None:
    data = canonical.encode(ROUND_TRIP)
    assert canonical.decode(data) == ROUND_TRIP
    assert canonical.encode(canonical.decode(data)) == data
    assert data.startswith('{"a":{"x":-0.0,"y":1e-05,"z":9007199254740991},"b":[1,2.5,null,true,"ü '.encode())


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b'{"a":1,"a":2}', ManifestError, "'a' twice"),
        (b'{"b":1,"a":2}', ManifestError, "not canonical JSON: at byte 2"),
        (b'{"a": 1}', ManifestError, "not canonical JSON: at byte 5"),
        (b'{"a":1}\n', ManifestError, "not canonical JSON: at byte 7"),
        (b'{"a":1.50}', ManifestError, "not canonical JSON: at byte 8"),
        (b'{"a":1e0}', ManifestError, "not canonical JSON"),
        (b'{"a":"\\u0041"}', ManifestError, "not canonical JSON"),
        (b'{"a":NaN}', ManifestError, "holds NaN"),
        (b'{"a":-Infinity}', ManifestError, "holds -Infinity"),
        (b'{"a":1e999}', ManifestError, "holds the number 1e999"),
        (b'{"a":9007199254740992}', ManifestError, "below 2^53"),
        (b'{"a":-9007199254740992}', ManifestError, "below 2^53"),
        (b'{"a":' + b"9" * 100_000 + b"}", ManifestError, "below 2^53"),
        (b'{"a":0.' + b"1" * 100_000 + b"}", ManifestError, "too long"),
        (b"[" * 17 + b"]" * 17, LimitError, "deeper than 16"),
        (b"[" * 100_000 + b"]" * 100_000, LimitError, "deeper than 16"),
        (b'"' + b"a" * (1 << 20) + b'"', LimitError, "at most 1048576"),
        (b'{"a":"\\u001b[2J"}', ManifestError, "control characters"),
        (b'{"a\\n":1}', ManifestError, "control characters"),
        ('{"a":"\u202egnp"}'.encode(), ManifestError, "control characters"),
        (b'{"a":"\\ud800"}', ManifestError, "surrogates"),
        (b'{"a":"\xff"}', ManifestError, "not UTF-8"),
        (b"\xef\xbb\xbf{}", ManifestError, "not JSON"),
        (b"", ManifestError, "not JSON"),
        (b"{", ManifestError, "not JSON"),
        (b"{'a':1}", ManifestError, "not JSON"),
        (b"{} {}", ManifestError, "not JSON"),
    ],
)
def test_refuses(data: bytes, kind: type[BundleError], words: str) -> None:
    with pytest.raises(kind) as caught:
        canonical.decode(data)
    assert type(caught.value) is kind
    assert words in str(caught.value)


def test_depth_16_is_allowed() -> None:
    assert canonical.decode(b"[" * 16 + b"]" * 16) is not None


def test_a_backslash_in_a_text_is_no_control_character() -> None:
    value = {"a": "C:\\new\\\\table"}
    assert canonical.decode(canonical.encode(value)) == value


def test_many_keys_with_a_late_duplicate_are_refused_quickly() -> None:
    keys = [f'"k{i}":0' for i in range(80_000)]
    with pytest.raises(ManifestError, match="twice"):
        canonical.decode(("{" + ",".join([*keys, keys[-1]]) + "}").encode())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"bytes", "\ud800"])
def test_will_not_write(value: object) -> None:
    with pytest.raises(ManifestError, match="cannot be written"):
        canonical.encode({"a": value})
