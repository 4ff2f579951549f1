"""Other processors, emulated: a device's own Python and engines on this machine, and their instructions."""

from edgec.emulator.bench import bench_instructions
from edgec.emulator.cores import CORES, Core, core_of
from edgec.emulator.metric import Instructions
from edgec.emulator.python import EmulatedPython
from edgec.emulator.setup import Status, prepare, status

__all__ = [
    "CORES",
    "Core",
    "EmulatedPython",
    "Instructions",
    "Status",
    "bench_instructions",
    "core_of",
    "prepare",
    "status",
]
