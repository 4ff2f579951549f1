"""A bundle against what a bench of it wrote."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.toolchain.gate.conftest import SMALL

from edgec.errors import MeasurementsError
from edgec.gate.limits import Limits
from edgec.gate.run import Request, gate
from edgec_runtime.bench import bench
from edgec_runtime.gate import Answer, Verdict


@pytest.fixture(scope="module")
def document(small_bundle: Path) -> dict[str, Any]:
    return bench(small_bundle, threads=1, seconds=0.2).to_json()


def checked(bundle: Path, folder: Path, document: dict[str, Any]) -> dict[str, Verdict]:
    path = folder / "old.bench.json"
    path.write_text(json.dumps(document))
    report = gate(Request(bundle, path, *((word,) for word in SMALL[:2]), limits=Limits(slowdown=50.0)))
    return {verdict.check: verdict for verdict in report.verdicts}


def test_the_same_machine_and_bundle(small_bundle: Path, tmp_path: Path, document: dict[str, Any]) -> None:
    found = checked(small_bundle, tmp_path, document)
    assert found["latency"].answer is Answer.PASS
    assert found["size"].answer is Answer.PASS
    assert found["memory"].baseline == document["measurements"][0]["memory_mib"]["peak"]
    assert "not measured side by side" in found["latency"].sentence


def test_a_hundred_times_slower_fails_in_both_benches(
    small_bundle: Path, tmp_path: Path, document: dict[str, Any]
) -> None:
    (row,) = document["measurements"]
    fast = row["latency_ms"] | {key: row["latency_ms"][key] / 1000 for key in ("median", "low", "high")}
    found = checked(small_bundle, tmp_path, document | {"measurements": [row | {"latency_ms": fast}]})
    assert found["latency"].answer is Answer.FAIL


def test_another_processor_is_refused(small_bundle: Path, tmp_path: Path, document: dict[str, Any]) -> None:
    environment = document["environment"] | {"processor": "An abacus"}
    with pytest.raises(MeasurementsError, match="processor An abacus there"):
        checked(small_bundle, tmp_path, document | {"environment": environment})
