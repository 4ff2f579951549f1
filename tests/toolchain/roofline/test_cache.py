import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edgec.roofline import Best, Peaks, cache, machine_peaks

PEAKS = Peaks(1, {"int8": Best(500.0, "openvino", "w"), "float32": Best(125.0, "tflite", "w")}, 20.0)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each measurement."""
    calls: list[int] = []

    def measure(threads: int, step: object) -> Peaks:
        calls.append(threads)
        return Peaks(threads, PEAKS.compute, PEAKS.gbytes)

    monkeypatch.setattr(cache, "measure_peaks", measure)
    return calls


def kept(folder: Path) -> Path:
    (path,) = (folder / cache.FOLDER).iterdir()
    return path


def test_measured_once(tmp_path: Path, measured: list[int]) -> None:
    assert machine_peaks(tmp_path, 1) == machine_peaks(tmp_path, 1) == PEAKS
    assert measured == [1]


def test_each_number_of_threads_has_its_own(tmp_path: Path, measured: list[int]) -> None:
    assert machine_peaks(tmp_path, 2).threads == 2
    assert machine_peaks(tmp_path, 1).threads == 1
    assert machine_peaks(tmp_path, 2).threads == 2
    assert measured == [2, 1]


@pytest.mark.parametrize(
    "changed", [{"processor": "another"}, {"packages": {"openvino": "1.0"}}, {"cores": 99}]
)
def test_another_machine_or_engine_is_measured_again(
    changed: dict[str, object], tmp_path: Path, measured: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine_peaks(tmp_path, 1)
    now = cache.environment()
    monkeypatch.setattr(cache, "environment", lambda: now | changed)
    machine_peaks(tmp_path, 1)
    assert measured == [1, 1]


def spoilt(**changes: object) -> Callable[[str], str]:
    return lambda text: json.dumps(json.loads(text) | changes)


def with_peaks(**changes: object) -> Callable[[str], str]:
    return lambda text: spoilt(peaks=json.loads(text)["peaks"] | changes)(text)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda text: text[:40],
        lambda _: "[]",
        lambda _: "[" * 100_000,
        spoilt(schema=0),
        spoilt(key={}),
        spoilt(peaks=None),
        with_peaks(gbytes=-1.0),
        with_peaks(gbytes="20"),
        with_peaks(gbytes=float("nan")),
        with_peaks(threads=2),
        with_peaks(compute={}),
        with_peaks(compute={"int8": {"gmacs": 1e308 * 10, "engine": "e", "workload": "w"}}),
        with_peaks(compute={"int8": {"gmacs": 1.0}}),
        with_peaks(compute=[1]),
    ],
)
def test_a_hostile_file_is_measured_anew_and_replaced(
    spoil: Callable[[str], str], tmp_path: Path, measured: list[int]
) -> None:
    machine_peaks(tmp_path, 1)
    path = kept(tmp_path)
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")
    assert machine_peaks(tmp_path, 1) == machine_peaks(tmp_path, 1) == PEAKS
    assert measured == [1, 1]


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path, measured: list[int]) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder", "utf-8")
    assert machine_peaks(blocked, 1) == machine_peaks(blocked, 1) == PEAKS
    assert measured == [1, 1]
