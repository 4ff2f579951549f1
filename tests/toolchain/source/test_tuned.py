"""What a tuned network carries is read as from a stranger."""

import json
from pathlib import Path

import onnx
import pytest
from tests.toolchain.quantize.networks import network, values

from edgec.errors import ModelSourceError
from edgec.source import Tuned, load_source
from edgec.source.tuned import KEY, LARGEST, RANGES, read_tuned
from edgec_calibration import Ranges
from edgec_targets.target import Int8

TUNED = Tuned(
    target="cpu",
    profile="portable",
    int8=Int8(activation="uint8", reduce_range=True),
    ranges=Ranges({"image": (-1.5, 2.25), "map": (0.0, 1 / 3)}, "min-max", "a" * 64, "b" * 64),
)


def with_entries(path: Path, entries: dict[str, str]) -> str:
    proto = network("map = Conv (image, w)", w=values(1, 2, 1, 1)).to_proto()
    onnx.helper.set_model_props(proto, entries)
    path.write_bytes(proto.SerializeToString())
    return str(path)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    source = load_source(with_entries(tmp_path / "net.onnx", TUNED.properties()))
    assert source.tuned == TUNED
    assert TUNED.words == "cpu portable"


def test_entries_of_others_are_nothing_to_us(tmp_path: Path) -> None:
    assert load_source(with_entries(tmp_path / "net.onnx", {"author": "somebody"})).tuned is None


def test_integers_fit_where_only_the_zero_points_differ() -> None:
    assert TUNED.fits(Int8(activation="int8", reduce_range=True))
    assert not TUNED.fits(Int8(activation="uint8"))
    assert not TUNED.fits(Int8(activation="uint8", reduce_range=True, per_channel=False))


RECORD = json.loads(TUNED.properties()[KEY])
HOSTILE = {
    "no json": ("{", "Invalid JSON"),
    "another version": (json.dumps({**RECORD, "version": 2}), "version: Input should be 1"),
    "a key too many": (json.dumps({**RECORD, "run": "rm -rf"}), "run: Extra inputs are not permitted"),
    "a key too few": (json.dumps({"version": 1}), "target: Field required"),
    "a path for a name": (json.dumps({**RECORD, "target": "../cpu"}), "target: '../cpu' "),
    "a control character": (json.dumps({**RECORD, "profile": "\x1b[2J"}), "profile: '.x1b"),
    "a number for a name": (json.dumps({**RECORD, "profile": 7}), "profile: Input should be a valid string"),
    "other integers": (
        json.dumps({**RECORD, "int8": {"activation": "int4"}}),
        "int8.activation: Input should be 'uint8' or 'int8'",
    ),
    "depth": ("[" * 100_000, "JSON"),
    "size": (json.dumps({**RECORD, "target": "x" * LARGEST}), "larger than 4 MiB"),
}


@pytest.mark.parametrize(("record", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_record(record: str, message: str) -> None:
    with pytest.raises(ModelSourceError, match=message) as caught:
        read_tuned({KEY: record, RANGES: TUNED.ranges.to_json()}, "net.onnx")
    assert str(caught.value).startswith("net.onnx: what it carries of its training for integers is damaged")
    assert "tune the network again" in str(caught.value)


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ("", "not a ranges file"),
        (TUNED.ranges.to_json().replace("2.25", "NaN"), "not a finite number"),
        (TUNED.ranges.to_json().replace("-1.5", "1.5"), "with 0 between"),
        (TUNED.ranges.to_json().replace('"schema"', '"shema"'), "the keys must be exactly"),
        ("[" * 100_000, "not a ranges file"),
    ],
    ids=["empty", "not a number", "no zero", "another key", "depth"],
)
def test_hostile_ranges(tmp_path: Path, ranges: str, message: str) -> None:
    path = with_entries(tmp_path / "net.onnx", {**TUNED.properties(), RANGES: ranges})
    with pytest.raises(ModelSourceError, match=message):
        load_source(path)


@pytest.mark.parametrize("key", [KEY, RANGES])
def test_half_of_it(key: str) -> None:
    entries = TUNED.properties()
    del entries[key]
    with pytest.raises(ModelSourceError, match=f"the entry {key} is missing"):
        read_tuned(entries, "net.onnx")
