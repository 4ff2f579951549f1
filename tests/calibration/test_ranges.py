import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgec_calibration import CalibrationError, Ranges

LOW, HIGH = st.floats(max_value=0, allow_infinity=False), st.floats(min_value=0, allow_infinity=False)
NAME = st.text(st.characters(exclude_categories=["Cs"]))
RANGES = st.builds(
    Ranges,
    tensors=st.dictionaries(NAME, st.tuples(LOW, HIGH)),
    method=NAME,
    graph_sha256=NAME,
    samples_sha256=NAME,
    means=st.dictionaries(NAME, st.lists(st.floats(allow_nan=False, allow_infinity=False)).map(tuple)),
)
GOOD = {
    "schema": 2,
    "method": "min-max",
    "graph_sha256": "aa",
    "samples_sha256": "bb",
    "tensors": {"relu": [0.0, 1.5], "conv": [-1.0, 2.0]},
    "means": {"relu": [0.25, -0.5]},
}


@given(ranges=RANGES)
def test_json_brings_back_every_bit(ranges: Ranges) -> None:
    text = ranges.to_json()
    assert Ranges.from_json(text) == ranges
    assert Ranges.from_json(text).to_json() == text


def test_json_does_not_depend_on_the_order_of_tensors() -> None:
    tensors = {"b": (0.0, 1.0), "a": (-1.0, 0.0)}
    turned = dict(reversed(tensors.items()))
    assert Ranges(tensors, "m", "g", "s").to_json() == Ranges(turned, "m", "g", "s").to_json()


def test_good_document_is_read() -> None:
    assert Ranges.from_json(json.dumps(GOOD)).tensors == {"relu": (0.0, 1.5), "conv": (-1.0, 2.0)}


HOSTILE = {
    "empty": "",
    "not json": "{",
    "a list": "[]",
    "nothing": "null",
    "deep": "[" * 100_000,
    "a number too long": '{"schema": ' + "1" * 5000 + "}",
    "a key twice": json.dumps(GOOD).replace('"relu"', '"conv"'),
    "NaN": json.dumps(GOOD).replace("1.5", "NaN"),
    "infinity": json.dumps(GOOD).replace("1.5", "Infinity"),
    "infinity as a number": json.dumps(GOOD).replace("1.5", "1e999"),
    "zero left out": json.dumps(GOOD).replace("[0.0, 1.5]", "[0.5, 1.5]"),
    "turned round": json.dumps(GOOD).replace("[-1.0, 2.0]", "[2.0, -1.0]"),
    "three limits": json.dumps(GOOD).replace("1.5", "1.5, 2.0"),
    "a truth": json.dumps(GOOD).replace("1.5", "true"),
    "an integer": json.dumps(GOOD).replace("1.5", "1"),
    "a text": json.dumps(GOOD).replace("1.5", '"1.5"'),
    "a newer schema": json.dumps(GOOD | {"schema": 3}),
    "a schema that is true": json.dumps(GOOD | {"schema": True}),
    "another key": json.dumps(GOOD | {"extra": 1}),
    "a key missing": json.dumps({key: GOOD[key] for key in GOOD if key != "method"}),
    "method is no text": json.dumps(GOOD | {"method": 3}),
    "tensors is a list": json.dumps(GOOD | {"tensors": []}),
    "the schema before": json.dumps({key: GOOD[key] for key in GOOD if key != "means"} | {"schema": 1}),
    "means is a list": json.dumps(GOOD | {"means": []}),
    "a mean alone": json.dumps(GOOD | {"means": {"relu": 0.25}}),
    "a mean that is a text": json.dumps(GOOD | {"means": {"relu": ["0.25"]}}),
    "an infinite mean": json.dumps(GOOD).replace("-0.5", "-1e999"),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(CalibrationError, match="not a ranges file"):
        Ranges.from_json(text)


@given(place=st.integers(0, 10_000), junk=st.characters())
def test_a_changed_character_never_ends_in_another_error(place: int, junk: str) -> None:
    text = Ranges({"a": (-1.0, 2.0)}, "min-max", "g", "s").to_json()
    place %= len(text)
    try:
        ranges = Ranges.from_json(text[:place] + junk + text[place + 1 :])
    except CalibrationError:
        return
    assert all(low <= 0 <= high for low, high in ranges.tensors.values())
