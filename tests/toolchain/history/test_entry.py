import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgec.errors import HistoryError
from edgec.history.entry import entries_of
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.manifest import Manifest

ENVIRONMENT = {
    "processor": "A processor",
    "architecture": "x86_64",
    "cores": 2,
    "load_average": 0.5,
    "packages": {"numpy": "2.4.6", "ai-edge-litert": "2.3.0"},
}


@pytest.fixture(scope="module")
def manifest(tiny_bundle: Path) -> Manifest:
    with Bundle.open(tiny_bundle) as bundle:
        return bundle.manifest


def row(**keys: Any) -> dict[str, Any]:
    latency = {"median": 2.5, "p90": None, "cv": 0.01, "runs": 50}
    return {
        "bundle": "tiny-1.0.0",
        "target": "tflite",
        "engine": "tflite",
        "precision": "fp32",
        "profile": None,
        "threads": 2,
        "latency_ms": latency,
        "memory_mib": {"peak": 80.5},
        "size_bytes": 1000,
        **keys,
    }


def document(*rows: dict[str, Any], **environment: Any) -> dict[str, Any]:
    return {"schema": 1, "environment": ENVIRONMENT | environment, "measurements": rows}


def test_an_entry_has_what_the_row_the_machine_and_the_manifest_say(manifest: Manifest) -> None:
    given = row(news="kept too")
    (entry,) = entries_of(document(given), [manifest])
    assert (entry.name, entry.version, entry.digest) == ("tiny", "1.0.0", manifest.digest)
    assert (entry.latency_ms, entry.latency_p90, entry.latency_low) == (2.5, None, None)
    assert (entry.memory_mib, entry.size_bytes, entry.batch, entry.work) == (80.5, 1000, 1, "network")
    assert entry.engine_version == "2.3.0"
    assert json.loads(entry.row) == given
    accuracy = next(one.accuracy for one in manifest.variants if one.target == "tflite")
    assert accuracy is not None
    assert (entry.dice, entry.dice_data) == (accuracy.dice, "nuclei#val")


def test_images_are_another_work(manifest: Manifest) -> None:
    (entry,) = entries_of(document(row(stages_ms={"prepare": 1.0}, batch=4)), [manifest])
    assert (entry.work, entry.batch) == ("images", 4)


def test_a_row_that_failed_has_nothing_measured(manifest: Manifest) -> None:
    (entry,) = entries_of(document(row(latency_ms=None, memory_mib=None, error="no")), [manifest])
    assert entry.latency_ms is None
    assert entry.memory_mib is None


def test_the_machine_is_what_stays_the_same(manifest: Manifest) -> None:
    def machine(**environment: Any) -> str:
        return entries_of(document(row(), **environment), [manifest])[0].machine

    assert machine(load_average=9, python="3.12", temperature_c=80, governor=None) == machine()
    assert machine(cores=4) != machine()
    assert machine(governor="powersave") != machine(governor="performance")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, "fast", True, [1]])
def test_what_is_no_number_is_refused(manifest: Manifest, value: object) -> None:
    with pytest.raises(HistoryError, match=r"tiny-1.0.0 tflite fp32: latency_ms.median is"):
        entries_of(document(row(latency_ms={"median": value})), [manifest])


def test_a_bundle_that_is_not_given_is_refused(manifest: Manifest) -> None:
    with pytest.raises(HistoryError, match="none of the bundles"):
        entries_of(document(row()), [replace(manifest, version="1.0.1")])
    with pytest.raises(HistoryError, match="none of the bundles"):
        entries_of(document(row(digest="0" * 64)), [manifest])
    rebuilt = replace(manifest, digest="0" * 64)
    assert entries_of(document(row(digest="0" * 64)), [manifest, rebuilt])[0].digest == "0" * 64
