"""Run another benchmark as on a processor whose widest vectors are AVX-512's: without the tiles of AMX.

    python benchmarks/without_amx.py benchmarks/binary.py --no-layers

Of the engines only OpenVINO can be told so by its environment. But Linux gives tiles to those who ask for
them, by `arch_prctl(ARCH_REQ_XCOMP_PERM, 18)` (Documentation/arch/x86/xstate.rst), and an engine that is
refused does without. A filter of seccomp(2), which outlives exec, refuses that one call.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
AUDIT_ARCH_X86_64, ARCH_PRCTL, ARCH_REQ_XCOMP_PERM = 0xC000003E, 158, 0x1023
REFUSE, ALLOW = 0x00050000 | errno.EPERM, 0x7FFF0000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
"""Of classic BPF: load 32 bits from an offset of `struct seccomp_data`, compare with a constant, end."""
CALL, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
FILTER = (
    (LOAD, 0, 0, ARCHITECTURE),
    (JUMP_IF_EQUAL, 0, 5, AUDIT_ARCH_X86_64),
    (LOAD, 0, 0, CALL),
    (JUMP_IF_EQUAL, 0, 3, ARCH_PRCTL),
    (LOAD, 0, 0, FIRST_ARGUMENT),
    (JUMP_IF_EQUAL, 0, 1, ARCH_REQ_XCOMP_PERM),
    (RETURN, 0, 0, REFUSE),
    (RETURN, 0, 0, ALLOW),
)


def deny_tiles() -> None:
    """From here on, for this process and those that it starts. OSError where there is no such filter."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise OSError(errno.ENOSYS, "tiles can be denied on Linux on x86-64 only")
    libc = ctypes.CDLL(None, use_errno=True)
    steps = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in FILTER))
    program = struct.pack("HxxxxxxP", len(FILTER), ctypes.addressof(steps))
    for call in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0)):
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), "the system refused a filter of its calls")


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(f"name what to run:\n\n{__doc__}")
    deny_tiles()
    print("without AMX:", flush=True)
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
