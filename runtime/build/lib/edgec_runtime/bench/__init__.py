"""Measure variants of bundles on this machine: interleaved in one run, each in a process of its own."""

from edgec_runtime.bench.report import BenchReport, row_title, write_report
from edgec_runtime.bench.run import bench

__all__ = ["BenchReport", "bench", "row_title", "write_report"]
