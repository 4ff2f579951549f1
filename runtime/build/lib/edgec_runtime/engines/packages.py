"""Versions of installed packages, without importing them; and the checks that every engine shares."""

from collections.abc import Mapping

from edgec_runtime.errors import EngineError, EngineVersionError


def installed_version(*distributions: str) -> str | None:
    """The version of the first of `distributions` that is installed, or None."""
    from importlib.metadata import PackageNotFoundError, version

    for distribution in distributions:
        try:
            return version(distribution)
        except PackageNotFoundError:
            continue
    return None


def numbers(version: str) -> tuple[int, ...]:
    """The release part of a version without its last zeros: '2026.4.0-22982+local' -> (2026, 4)."""
    parts: list[int] = []
    for part in version.replace("+", "-").split("-")[0].split("."):
        if not part.isdigit():
            break
        parts.append(int(part))
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def check_version(engine: str, installed: str, minimum: str) -> None:
    """Raise EngineVersionError where `installed` is older than `minimum`."""
    if numbers(installed) < numbers(minimum):
        raise EngineVersionError(
            f"{engine} {installed} is too old for this bundle, which needs {minimum} or newer: "
            f"pip install -U 'edgec-runtime[{engine}]'"
        )


def closed(engine: str) -> EngineError:
    """What a run after `close` raises."""
    return EngineError(f"{engine}: the network is closed: open the session again")


def only_file(files: Mapping[str, bytes], suffix: str, engine: str) -> bytes:
    """The one file whose name ends so. Raises EngineError where there is none or more than one."""
    found = [name for name in files if name.endswith(suffix)]
    if len(found) != 1:
        raise EngineError(
            f"{engine} needs exactly one *{suffix} file, got {', '.join(sorted(files)) or 'no file'}: "
            "build the bundle again"
        )
    return files[found[0]]
