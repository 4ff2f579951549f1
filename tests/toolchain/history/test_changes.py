from dataclasses import replace
from pathlib import Path

import pytest
from tests.toolchain.history.made import ENTRY, MANY, recorded, versions

from edgec.errors import HistoryError, UsageError
from edgec.history import Entry, Series, change_points, read_history


def series(tmp_path: Path, entries: list[Entry]) -> Series:
    tmp_path.mkdir(exist_ok=True)
    (found,) = read_history(recorded(tmp_path / "history.db", entries))
    return found


def test_the_changes_are_found_with_what_they_are(tmp_path: Path) -> None:
    latency, size = change_points(series(tmp_path, versions()))
    assert (latency.metric.key, size.metric.key) == ("latency_ms", "size_mib")
    assert latency.entry.version == size.entry.version == "1.8.0"
    assert latency.previous.version == "1.7.0"
    assert latency.change == pytest.approx(0.05, abs=0.01)
    assert latency.confidence >= 0.99
    assert (size.before, size.after, size.confidence) == (2.0, 2.24, 1.0)


def test_versions_are_in_their_order_not_that_of_measuring(tmp_path: Path) -> None:
    found = series(tmp_path, versions()[::-1])
    assert [entry.version for entry in found.entries] == [f"1.{minor}.0" for minor in range(16)]
    assert [change.entry.version for change in change_points(found)] == ["1.8.0", "1.8.0"]


def test_runs_of_one_version_show_what_else_changed(tmp_path: Path) -> None:
    entries = [replace(ENTRY, latency_ms=latency) for latency in MANY]
    (change,) = change_points(series(tmp_path, entries))
    assert change.entry.version == change.previous.version == "1.0.0"


def test_rows_that_failed_are_left_out(tmp_path: Path) -> None:
    entries = versions()
    entries[3] = replace(entries[3], latency_ms=None, memory_mib=None)
    latency, _ = change_points(series(tmp_path, entries))
    assert latency.entry.version == "1.8.0"


def test_dice_on_other_images_is_no_change(tmp_path: Path) -> None:
    old, new = replace(ENTRY, dice=0.5, dice_data="others"), replace(ENTRY, version="1.1.0")
    assert change_points(series(tmp_path, [old, new])) == []
    (drop,) = change_points(series(tmp_path / "more", [new, replace(new, version="1.2.0", dice=0.89)]))
    assert (drop.metric.key, drop.change) == ("dice", pytest.approx(-0.0111, abs=1e-4))


def test_machines_and_settings_are_never_mixed(tmp_path: Path) -> None:
    others = [
        replace(ENTRY, machine="b" * 64),
        replace(ENTRY, threads=1),
        replace(ENTRY, batch=4),
        replace(ENTRY, work="images"),
        replace(ENTRY, name="other"),
        replace(ENTRY, precision="int8-static", profile="portable"),
        replace(ENTRY, target="tflite"),
    ]
    path = recorded(tmp_path / "history.db", [ENTRY, *others])
    assert sorted(len(one.entries) for one in read_history(path)) == [1] * 8
    assert len(read_history(path, targets=["tflite"])) == 1
    assert len(read_history(path, precisions=["int8-static"])) == 1
    assert [one.machine for one in read_history(path, machine="bb")] == ["b" * 64]


def test_what_is_not_held_is_refused(tmp_path: Path) -> None:
    path = recorded(tmp_path / "history.db", [ENTRY])
    with pytest.raises(UsageError, match="only cpu fp32 on aaaaaaaa"):
        read_history(path, targets=["tflite"])
    path.write_bytes(b"")
    with pytest.raises(HistoryError, match="holds no measurement"):
        read_history(path)
