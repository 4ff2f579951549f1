"""Bring what is not on the device yet, and make the virtual environment of it."""

from collections.abc import Sequence

from edgec.devices.parcel import Parcel, environment_path
from edgec.devices.remote import Remote
from edgec.progress import Progress

MIB = 1 << 20


async def make_environment(there: Remote, wheels: Sequence[Parcel], progress: Progress) -> str:
    """The path there of a virtual environment that holds `wheels`, pip's own aside. Raises DeviceError."""
    path = environment_path(there.who, wheels)
    if not await _missing(there, [path]):
        return path
    await bring(there, wheels, progress)
    with progress.step("install"):
        pips = [wheel.path for wheel in wheels if wheel.file.name.startswith("pip-")]
        others = [wheel.path for wheel in wheels if wheel.path not in pips]
        await there.ask("installing", "environment", path=path, pip=pips[0], wheels=others)
    return path


async def bring(there: Remote, parcels: Sequence[Parcel], progress: Progress) -> None:
    """Send those of `parcels` that are not there whole. Raises DeviceError."""
    paths = await _missing(there, [parcel.path for parcel in parcels])
    wanted = [parcel for parcel in parcels if parcel.path in paths]
    total = sum(parcel.size for parcel in wanted)
    if not wanted:
        return
    with progress.step(f"copy {total / MIB:.1f} MiB", total=total) as step:
        for parcel in wanted:
            await there.send(parcel, step.advance)


async def _missing(there: Remote, paths: list[str]) -> list[str]:
    answer = await there.ask("looking for what is there", "missing", paths=paths)
    found: list[str] = answer["missing"]
    return found
