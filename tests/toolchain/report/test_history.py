import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console
from tests.toolchain.history.made import ENTRY, MANY, recorded, versions

from edgec.errors import OutputError
from edgec.history import ChangePoint, Entry, Series, change_points, read_history
from edgec.report.history import history_document, history_parts
from edgec.report.sparkline import sparkline
from edgec.report.trends import draw_trends

OTHER = replace(ENTRY, machine="b" * 64, dice=None)


def history(folder: Path, entries: list[Entry]) -> tuple[list[Series], list[ChangePoint]]:
    found = read_history(recorded(folder / "history.db", entries))
    return found, [change for series in found for change in change_points(series)]


def shown(folder: Path, entries: list[Entry]) -> str:
    console = Console(width=400, record=True)
    with console.capture() as captured:
        for part in history_parts(*history(folder, entries)):
            console.print(part)
    return captured.get()


def test_the_document_says_all_and_is_json(tmp_path: Path) -> None:
    document = json.loads(json.dumps(history_document(*history(tmp_path, [*versions(), OTHER]))))
    assert document["schema"] == 1
    first, second = document["series"]
    assert len(first["measurements"]) == 16
    assert second["machine"] == "b" * 64
    assert second["measurements"][0]["dice"] is None
    latency = document["changes"][0]
    assert (latency["metric"], latency["version"], latency["previous"]) == ("latency_ms", "1.8.0", "1.7.0")
    assert latency["confidence"] > 0.99
    assert latency["target"] == "cpu"


def test_the_tables_show_the_newest_and_the_changes(tmp_path: Path) -> None:
    text = shown(tmp_path, [*versions(), OTHER])
    assert "net-1.15.0" in text
    assert "+4.8" in text
    assert "exact" in text
    assert "1 of 2 series have fewer than 11 runs" in text


def test_a_change_without_a_new_version_names_the_engine_or_says_so(tmp_path: Path) -> None:
    runs = [replace(ENTRY, latency_ms=latency) for latency in MANY]
    assert "1.0.0: the same bundle" in shown(tmp_path, runs)
    upgraded = [replace(entry, engine_version="1.32.0") for entry in runs[8:]]
    (tmp_path / "upgraded").mkdir()
    assert "onnxruntime 1.31.1 -> 1.32.0" in shown(tmp_path / "upgraded", runs[:8] + upgraded)


def test_a_picture_a_series_in_which_changes_are_marked(tmp_path: Path) -> None:
    found, changes = history(tmp_path, [*versions(), OTHER])
    marked, other = draw_trends(found, changes, tmp_path / "marked")
    assert marked.name == "net-cpu-fp32-2threads-aaaaaaaa.png"
    assert other.name == "net-cpu-fp32-2threads-bbbbbbbb.png"
    plain, same = draw_trends(found, [], tmp_path / "plain")
    pictures = [np.asarray(cv2.imread(str(path))) for path in (marked, plain, other, same)]
    assert all(picture.shape == (840, 1320, 3) for picture in pictures)
    assert (pictures[0] != pictures[1]).any()
    assert (pictures[2] == pictures[3]).all()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    found, changes = history(tmp_path, [ENTRY])
    with pytest.raises(OutputError, match="name a folder"):
        draw_trends(found, changes, tmp_path / "history.db" / "plots")


def test_a_sparkline_is_flat_where_there_is_only_noise() -> None:
    assert sparkline([1, 2, 3, 4, 5, 6, 7, 8]) == "▁▂▃▄▅▆▇█"
    assert set(sparkline([10.0, 10.01, 10.02])) == {"▁"}
    assert sparkline([0.0, 0.0]) == "▁▁"
    assert sparkline([]) == ""
    assert len(sparkline(range(1, 100))) == 12
