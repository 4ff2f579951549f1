"""The way to a device and back, over OpenSSH's own server."""

from pathlib import Path

import pytest
from tests.toolchain.devices.conftest import clean

from edgec.devices import Device, bench_on_device
from edgec.progress import Progress, Step


class Steps(Progress):
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.said: list[str] = []

    def begin(self, name: str, total: int | None) -> Step:
        self.names.append(name.split()[0])
        return super().begin(name, total)

    def say(self, message: str) -> None:
        self.said.append(message)


@pytest.mark.slow
def test_the_first_run_brings_everything_and_the_second_nothing(device: Device, tiny_bundle: Path) -> None:
    first, second = Steps(), Steps()
    options = {"threads": 1, "unknown": None}
    found = bench_on_device([tiny_bundle], device, ["cpu"], ["fp32"], options, first)
    again = bench_on_device([tiny_bundle], device, ["cpu"], ["fp32"], options, second)
    assert first.names == ["connect", "wheels", "copy", "install", "copy", "measure"]
    assert second.names == ["connect", "wheels", "measure"]
    assert "measured cpu fp32" in first.said
    for report in (found, again):
        document = report.to_json()
        (row,) = document["measurements"]
        assert (row["target"], row["precision"], row["threads"]) == ("cpu", "fp32", 1)
        assert row["latency_ms"]["median"] > 0
        assert {"governor", "temperature_c", "processor"} <= set(document["environment"])
        assert set(document["environment"]["packages"]) == {"numpy", "onnxruntime"}
    assert clean(device)
    assert {entry.name for entry in Path(device.folder).iterdir()} == {
        "bundles", "wheels", "environments", "lock",
    }  # fmt: skip
