"""The way to a device and back, over OpenSSH's own server."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.toolchain.devices.conftest import clean

from edgec.devices import Device, add_device, bench_on_device
from edgec.errors import UsageError
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
    assert first.said == ["measured cpu fp32"]
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


@pytest.mark.slow
def test_the_command(ready: Device, tiny_bundle: Path, home: Path) -> None:
    """The folder and the archive of one bundle, each with one and two threads."""
    both = [Path(shutil.copy(tiny_bundle, home)), tiny_bundle.with_name("tiny-1.0.0")]
    add_device("pi", ready)
    choice = ["--target", "cpu", "--precision", "fp32", "--threads", "1,2", "--duration", "300ms"]
    command = [sys.executable, "-m", "edgec", "bench", *map(str, both), "--device", "pi", *choice, "--json"]
    finished = subprocess.run(command, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    document = json.loads(finished.stdout)
    assert sorted(row["threads"] for row in document["measurements"]) == [1, 1, 2, 2]
    assert len({row["digest"] for row in document["measurements"]}) == 1
    assert json.loads((home / "tiny-1.0.0.pi.bench.json").read_text()) == document
    assert not (home / "tiny-1.0.0.bench.json").exists()
    assert f"connect to {ready.address}" in finished.stderr


def test_images_stay_here(ready: Device, tiny_bundle: Path) -> None:
    with pytest.raises(UsageError, match="leave out --images"):
        bench_on_device([tiny_bundle], ready, options={"images": Path("photos")})
