"""What makes pip choose the wheels of another system than this one."""

OLDEST_GLIBC = 17  # manylinux2014's


def options_for(machine: str, python: tuple[int, ...], glibc: tuple[int, ...]) -> list[str]:
    """For CPython `python` on `machine`: every manylinux that `glibc` can load. Versions: (major, minor)."""
    minors = range(glibc[1], OLDEST_GLIBC - 1, -1)
    platforms = [f"manylinux_2_{minor}" for minor in minors] + ["manylinux2014", "linux"]
    digits = "".join(map(str, python))
    return [
        *(f"--platform={platform}_{machine}" for platform in platforms),
        *(f"--abi={abi}" for abi in (f"cp{digits}", "abi3", "none")),
        "--only-binary=:all:",
        "--implementation=cp",
        f"--python-version={'.'.join(map(str, python))}",
    ]
