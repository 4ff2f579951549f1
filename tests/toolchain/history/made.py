"""Histories made up: entries without a bench."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from edgec.history import Entry
from edgec.history.store import Run, insert

MANY = [  # 5 % slower and 12 % larger from 1.8.0 on
    10.02, 9.95, 10.11, 10.04, 9.91, 10.05, 9.98, 10.09, 10.56, 10.44, 10.61, 10.49, 10.52, 10.58, 10.47, 10.5
]  # fmt: skip

ENTRY = Entry(
    name="net",
    version="1.0.0",
    digest="d" * 64,
    git_revision="abc",
    target="cpu",
    engine="onnxruntime",
    engine_version="1.31.1",
    precision="fp32",
    profile=None,
    threads=2,
    batch=1,
    work="network",
    latency_ms=10.0,
    latency_low=9.9,
    latency_high=10.1,
    latency_p90=10.4,
    latency_cv=0.01,
    memory_mib=90.0,
    size_bytes=2.0 * 2**20,
    dice=0.9,
    dice_data="nuclei",
    machine="a" * 64,
    machine_name="A processor, 2 cores",
    row="{}",
)


def versions(latencies: Sequence[float] = MANY, entry: Entry = ENTRY, larger_from: int = 8) -> list[Entry]:
    """1.0.0, 1.1.0 and so on, each with its latency; from `larger_from` on the files are 12 % larger."""
    return [
        replace(
            entry,
            version=f"1.{minor}.0",
            digest=f"{minor:064x}",
            latency_ms=latency,
            latency_p90=latency * 1.04,
            memory_mib=90.0 + minor % 3 / 10,
            size_bytes=(2.24 if minor >= larger_from else 2.0) * 2**20,
        )
        for minor, latency in enumerate(latencies)
    ]


def recorded(path: Path, entries: Sequence[Entry]) -> Path:
    """A history with a run for each entry."""
    for number, entry in enumerate(entries):
        insert(path, Run(f"{entry.machine[:4]} {number}", f"2026-01-{number % 28 + 1:02}", "{}"), [entry])
    return path
