"""What this process has used: memory and processor time."""

from pathlib import Path


def memory_mib(key: str, root: Path = Path("/")) -> float | None:
    """MiB of this process; None where the system does not say.

    VmHWM: the most that it has held; not ru_maxrss, which a child inherits from its parent. VmRSS: now. Pss:
    now, with each page that others hold, too, counted in its share.
    """
    name = "smaps_rollup" if key == "Pss" else "status"
    try:
        lines = (root / "proc/self" / name).read_text("ascii", errors="replace").splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith(f"{key}:")]
    return round(int(found[0]) / 1024, 1) if found else None


def processor_ms() -> tuple[float, float] | None:
    """Milliseconds that all threads have spent in the program and in the system for it.

    None where Python has no `resource` module; os.times would tell hundredths of a second.
    """
    try:
        import resource
    except ImportError:
        return None
    used = resource.getrusage(resource.RUSAGE_SELF)
    return 1e3 * used.ru_utime, 1e3 * used.ru_stime


def preemptions() -> int | None:
    """How often something else took the processor from a thread that still had work to do.

    None where Python has no `resource` module.
    """
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
