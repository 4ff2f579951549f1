import sqlite3
from pathlib import Path

import pytest

from edgec.errors import HistoryError
from edgec.history import append, prepare, read_history
from edgec_runtime.bench import bench


@pytest.fixture(scope="module")
def document(tiny_bundle: Path) -> dict[str, object]:
    return bench(tiny_bundle, targets=["cpu"]).to_json()


def test_a_real_bench_is_recorded_once(
    tmp_path: Path, tiny_bundle: Path, document: dict[str, object]
) -> None:
    path = tmp_path / "history.db"
    prepare(path)
    assert append(path, document, [tiny_bundle]) == 2
    assert append(path, document, [tiny_bundle]) == 0
    found = read_history(path)
    assert [series.setting.precision for series in found] == ["fp32", "int8-static"]
    assert all(entry.latency_ms for series in found for entry in series.entries)
    connection = sqlite3.connect(path)
    ((kept,),) = connection.execute("SELECT document FROM run")
    connection.close()
    assert '"environment"' in kept


def test_nan_anywhere_is_refused_and_nothing_written(
    tmp_path: Path, tiny_bundle: Path, document: dict[str, object]
) -> None:
    with pytest.raises(HistoryError, match="NaN"):
        append(tmp_path / "history.db", {**document, "more": float("nan")}, [tiny_bundle])
    assert not (tmp_path / "history.db").exists()
