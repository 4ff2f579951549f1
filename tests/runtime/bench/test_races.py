"""Which processes live at a time, and what happens when one dies or a bundle goes away."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest
from tests.runtime.bench.document import read

from edgec_runtime.bench import bench, plan
from edgec_runtime.race import TOGETHER


class Watched(plan.VariantProcess):
    """Notes who is alive together."""

    alive: ClassVar[list["Watched"]] = []
    seen: ClassVar[list[list[int]]] = []
    dies: int | None = None  # with such a batch, at its tenth turn

    def __init__(self, *words: Any, batch: int, **others: Any) -> None:
        super().__init__(*words, batch=batch, **others)
        self.batch = batch
        self.alive.append(self)
        self.seen.append([each.batch for each in self.alive])

    def run(self, count: int) -> list[float]:
        if self.batch == self.dies and len(self.answers) == 10:
            os.kill(self._process.pid, signal.SIGKILL)
        return super().run(count)

    def close(self) -> None:
        if self in self.alive:
            self.alive.remove(self)
        super().close()


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> type[Watched]:
    monkeypatch.setattr(plan, "VariantProcess", Watched)
    monkeypatch.setattr(Watched, "alive", [])
    monkeypatch.setattr(Watched, "seen", [])
    return Watched


def test_few_live_at_a_time_and_the_first_is_in_every_race(make_bundle: Any, watched: type[Watched]) -> None:
    batches = range(1, 8)
    report = bench(make_bundle(), threads=1, batches=batches, seconds=0.1)
    assert [row["batch"] for row in report.measurements] == list(batches)
    assert [row["ratio"] is None for row in report.measurements] == [True] + 6 * [False]
    assert max(map(len, watched.seen)) == 1 + TOGETHER
    assert watched.seen[1 + TOGETHER :] == [[1], [1, 6], [1, 6, 7]]
    assert watched.alive == []


@pytest.mark.parametrize("dies", [1, 2])
def test_a_worker_that_is_killed_meanwhile_is_a_failed_row(
    make_bundle: Any, watched: type[Watched], monkeypatch: pytest.MonkeyPatch, dies: int
) -> None:
    monkeypatch.setattr(watched, "dies", dies)
    report = bench(make_bundle(), threads=1, batches=[1, 2, 3], seconds=0.1)
    rows = read(json.dumps(report.to_json()))["measurements"]
    assert ["error" in row for row in rows] == [number == dies for number in (1, 2, 3)]
    assert "ended by SIGKILL (out of memory" in rows[dies - 1]["error"]
    assert (rows[2]["ratio"] is None) == (dies == 1)  # nothing to compare with


def test_a_bundle_that_goes_away_meanwhile(make_bundle: Any) -> None:
    path = make_bundle()

    def gone(_row: dict[str, Any]) -> None:
        path.unlink(missing_ok=True)

    report = bench(path, threads=1, batches=range(1, 8), seconds=0.1, on_row=gone)
    rows = read(json.dumps(report.to_json()))["measurements"]
    assert ["error" in row for row in rows] == 5 * [False] + 2 * [True]
    assert "no such file" in rows[-1]["error"]


# -B, here and in the like: Python would cut bytecode off at the limit, for whoever comes next.
FULL = """
import resource, signal, sys
from edgec_runtime.__main__ import main

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))  # no file may grow beyond: as on a disk that is full
sys.exit(main(["bench", sys.argv[1], "--threads", "1", "--duration", "0.1s", "--json"]))
"""


def test_a_report_that_finds_no_room_is_still_printed(make_bundle: Any, tmp_path: Path) -> None:
    pytest.importorskip("resource")
    done = subprocess.run([sys.executable, "-B", "-c", FULL, make_bundle()], capture_output=True, text=True)
    assert done.returncode == 2
    assert read(done.stdout)["measurements"][0]["target"] == "cpu"
    assert "tiny-1.0.1.bench.json cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["tiny-1.0.1.edgec"]
