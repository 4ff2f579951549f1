"""Verify an unknown bundle in a child process that cannot take all memory or all time.

The child opens the bundle, checks every digest and runs the guard of every variant; no engine is loaded.
"""

import json
import os
import signal
import subprocess
import sys

from edgec_runtime import errors
from edgec_runtime.errors import BundleError, LimitError

MEMORY_MIB = 1024
SECONDS = 60


def verify_in_child(
    path: str | os.PathLike[str], memory_mib: int = MEMORY_MIB, seconds: int = SECONDS
) -> None:
    """Check a bundle in full, networks included, with at most `memory_mib` of address space and `seconds`.

    Raises the BundleError that the check found; LimitError where it needed more than the limits.
    """
    # -P: what lies in the current folder is not imported.
    command = [
        sys.executable,
        "-P",
        "-m",
        "edgec_runtime.sandbox",
        os.fspath(path),
        str(memory_mib),
        str(seconds),
    ]
    limits = f"{memory_mib} MiB and {seconds} s"
    try:
        child = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise LimitError(f"{path}: the check takes more than {limits}") from error
    except ValueError as error:  # a NUL in the path
        raise errors.BundleNotFoundError(f"{path!r} is not a path: {error}") from error
    if child.returncode < 0:
        name = signal.Signals(-child.returncode).name
        raise LimitError(f"{path}: the check was ended by {name}; it may use {limits}")
    _raise_reported(child.stdout, f"{path}: the check failed: {child.stderr[-500:].decode(errors='replace')}")


def _raise_reported(report: bytes, otherwise: str) -> None:
    try:
        name, message = json.loads(report)
    except ValueError as error:
        raise BundleError(otherwise) from error
    if name == "":
        return
    kind = getattr(errors, name)
    raise kind(message)


def _check(path: str) -> tuple[str, str]:
    """(name of the error's class, its message), both empty where the bundle is right."""
    try:
        from edgec_runtime.bundle import Bundle

        with Bundle.open(path) as bundle:
            for variant in bundle.manifest.variants:
                bundle.load(variant)
    except BundleError as error:
        return type(error).__name__, str(error)
    except MemoryError:
        return "LimitError", f"{path}: the check needs more memory than it may use"
    return "", ""


def _main(path: str, memory_mib: str, seconds: str) -> None:
    import resource

    memory = int(memory_mib) << 20
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, int(seconds)),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    print(json.dumps(_check(path)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
