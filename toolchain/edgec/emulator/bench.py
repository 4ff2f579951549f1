"""Measure variants in instructions: a bench document without a time in it."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edgec.emulator.cores import core_of
from edgec.emulator.count import count
from edgec.emulator.python import EmulatedPython
from edgec.emulator.tools import call, program
from edgec.emulator.wheels import requirements
from edgec_runtime.bench import BenchReport
from edgec_runtime.bench.plan import Entry, plan
from edgec_runtime.bench.run import OnRow
from edgec_runtime.errors import EngineError
from edgec_runtime.gate.metric import Side
from edgec_targets import load_target


def bench_instructions(
    bundles: Sequence[Path],
    cache: Path,
    targets: Sequence[str] = (),
    precisions: Sequence[str] = (),
    on_row: OnRow | None = None,
) -> BenchReport:
    """Count the instructions of the variants of `targets` in `precisions` (none named: all).

    A row starts as those of `edgec_runtime.bench`; then come `core` and `instructions` ({least, runs,
    classes}, as in `Count`) in place of what is measured in time. `environment` names the emulator and the
    engines' versions, and nothing of this machine: the numbers are the same on every other.

    Raises BundleError, EmulatorError where the emulator is not set up, UsageError for a target or precision
    that a bundle does not hold. A variant that fails is a row that says why.
    """
    entries = plan(bundles, targets, precisions, threads=[1], batches=[1], images=None)
    names = dict.fromkeys(entry.variant.target for entry in entries)
    pythons = {name: EmulatedPython(core_of(load_target(name)), cache) for name in names}
    rows = []
    for entry in entries:
        rows.append(_row(entry, pythons[entry.variant.target]))
        if on_row is not None:
            on_row(rows[-1])
    return BenchReport(entries[0].bundle, environment(), tuple(rows))


def environment() -> dict[str, Any]:
    """What decides the numbers: QEMU's version, which says what it emulates, and the engines'."""
    version = call([program("qemu-aarch64"), "--version"], "asking QEMU for its version").splitlines()[0]
    return {
        "emulator": version.removeprefix("qemu-aarch64 version "),
        "packages": dict(requirement.split("==") for requirement in requirements()),
    }


def _row(entry: Entry, python: EmulatedPython) -> dict[str, Any]:
    variant = entry.variant
    head = {**entry.head(), "core": python.core.name}
    try:
        found = asdict(count(python, Side(entry.path, variant.target, variant.precision, variant.profile)))
    except EngineError as error:
        return {**head, "precision_in_force": None, "instructions": None, "warnings": [], "error": str(error)}
    in_force = found.pop("precision_in_force")
    lacking = python.lacks_kernels if variant.precision == "binary" else None
    warnings = [f"counted without the kernels of binary networks: {lacking}"] if lacking else []
    return {**head, "precision_in_force": in_force, "instructions": found, "warnings": warnings}
