from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgec_calibration import Cache, Key, Ranges

KEY = Key("graph", "samples", "min-max", ("a", "b"), ("a",))
RANGES = Ranges({"a": (-1.0, 2.0), "b": (0.0, 0.5)}, "min-max", "graph", "samples", {"a": (0.25, 0.5)})


def measure() -> Ranges:
    return RANGES


def never() -> Ranges:
    raise AssertionError("the cache was not used")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    cache = Cache(tmp_path / "not" / "yet")
    assert cache.get(KEY, measure) == (RANGES, False)
    return cache


def test_what_was_measured_is_there_and_alone(cache: Cache) -> None:
    assert cache.get(KEY, never) == (RANGES, True)
    assert [path.name for path in cache.folder.iterdir()] == [f"{KEY.digest}.json"]


@pytest.mark.parametrize(
    "change",
    [
        {"graph_sha256": "another"},
        {"samples_sha256": "another"},
        {"method": "mse"},
        {"tensors": ("a",)},
        {"means": ()},
    ],
)
def test_another_graph_sample_method_or_tensor_is_measured(cache: Cache, change: dict[str, Any]) -> None:
    other = replace(KEY, **change)
    assert other.digest != KEY.digest
    measured = replace(RANGES, method="told apart")
    assert cache.get(other, lambda: measured) == (measured, False)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\xfe",
        RANGES.to_json().encode()[:-20],
        replace(RANGES, samples_sha256="another").to_json().encode(),
        replace(RANGES, tensors={"a": (-1.0, 2.0)}).to_json().encode(),
    ],
)
def test_a_damaged_or_exchanged_file_is_measured_and_written_anew(cache: Cache, damage: bytes) -> None:
    (path,) = cache.folder.iterdir()
    path.write_bytes(damage)
    assert cache.get(KEY, measure) == (RANGES, False)
    assert cache.get(KEY, never) == (RANGES, True)


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert Cache(tmp_path / "file").get(KEY, measure) == (RANGES, False)


def test_nothing_is_kept_when_measuring_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        Cache(tmp_path).get(KEY, never)
    assert list(tmp_path.iterdir()) == []
