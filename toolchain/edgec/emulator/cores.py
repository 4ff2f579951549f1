"""The processors that can be emulated, and what Linux says of them."""

from dataclasses import dataclass

from edgec.errors import EmulatorError
from edgec_runtime.machine import architecture
from edgec_targets import Target


@dataclass(frozen=True)
class Core:
    """One processor.

    `model`: QEMU's name of it. `flags`: what /proc/cpuinfo lists there. `board`: the model that Linux names,
    empty where it names none. `midr`: Arm's Main ID Register, 0 on x86.
    """

    name: str
    architecture: str
    model: str
    flags: tuple[str, ...]
    board: str = ""
    midr: int = 0

    @property
    def emulator(self) -> str:
        """The QEMU program that runs its programs."""
        return f"qemu-{self.architecture}"

    @property
    def native(self) -> bool:
        """Whether it runs this machine's own programs."""
        return self.architecture == architecture()


# The flags are those of the boards' own kernels: a Cortex-A72 has the cryptographic instructions only where
# they were bought, which the Raspberry Pi 4 did not.
_A72 = ("fp", "asimd", "evtstrm", "crc32", "cpuid")
_A76 = (
    *(
        "fp",
        "asimd",
        "evtstrm",
        "aes",
        "pmull",
        "sha1",
        "sha2",
        "crc32",
        "atomics",
        "fphp",
        "asimdhp",
        "cpuid",
    ),
    *("asimdrdm", "lrcpc", "dcpop", "asimddp"),
)
_HASWELL = (
    *(
        "fpu",
        "cx8",
        "cmov",
        "mmx",
        "fxsr",
        "sse",
        "sse2",
        "ssse3",
        "sse4_1",
        "sse4_2",
        "popcnt",
        "aes",
        "avx",
    ),
    *("f16c", "fma", "bmi1", "bmi2", "avx2"),
)

CORES = {
    core.name: core
    for core in (
        Core("cortex-a72", "aarch64", "cortex-a72", _A72, "Raspberry Pi 4 Model B Rev 1.5", 0x410FD083),
        Core("cortex-a76", "aarch64", "cortex-a76", _A76, "Raspberry Pi 5 Model B Rev 1.0", 0x414FD0B1),
        # What QEMU 7.2 emulates of x86: AVX2 and FMA, nothing of AVX-512.
        Core("haswell", "x86_64", "Haswell-noTSX", _HASWELL),
    )
}
OWN = {"x86_64": "haswell", "aarch64": "cortex-a76"}


def core_of(target: Target) -> Core:
    """The processor on which `target`'s instructions are counted: its own, else one of this architecture.

    Raises EmulatorError where none of them is like this machine.
    """
    name = target.core or OWN.get(architecture())
    if name is None:
        raise EmulatorError(
            f"no processor like this machine's ({architecture()}) is emulated: count for a target that names "
            "its own, like raspberry-pi-4"
        )
    return CORES[name]
