"""bench_on_device: bring a bundle and a runtime to a device, measure there, bring the numbers back."""

import asyncio
import json
import signal
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from edgec.devices.connection import connected
from edgec.devices.deploy import bring, make_environment
from edgec.devices.device import Device, parse_address
from edgec.devices.parcel import bundle_parcel, wheel_parcels
from edgec.devices.platform import Platform, runnable
from edgec.devices.remote import Remote, remote
from edgec.devices.repack import runtime_wheel
from edgec.devices.wheels import fetch_wheels
from edgec.errors import DeviceError
from edgec.progress import SILENT, Progress
from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import wanted_variants
from edgec_runtime.format.manifest import Variant


def bench_on_device(
    bundle: Path,
    device: Device,
    targets: Sequence[str] = (),
    precisions: Sequence[str] = (),
    options: Mapping[str, object] | None = None,
    progress: Progress = SILENT,
) -> dict[str, Any]:
    """The document of `python -m edgec_runtime bench` as run on `device`, its environment the device's.

    `options`: further options of that command by name; None leaves one out. The bundle, the runtime and the
    engines' wheels are sent where they are not there yet; the device downloads nothing. Raises BundleError or
    UsageError for a bundle without such variants, DeviceError.
    """
    words = [f"--target={word}" for word in targets] + [f"--precision={word}" for word in precisions]
    words += [f"--{name}={value}" for name, value in (options or {}).items() if value is not None]
    with Bundle.open(bundle) as opened, tempfile.TemporaryDirectory(prefix="edgec-") as folder:
        variants = wanted_variants(opened, targets, precisions)
        return asyncio.run(_bench(opened, variants, words, device, Path(folder), progress))


async def _bench(
    bundle: Bundle,
    variants: Sequence[Variant],
    words: Sequence[str],
    device: Device,
    folder: Path,
    progress: Progress,
) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        with progress.step(f"connect to {device.address}") as step:
            connection = await stack.enter_async_context(connected(parse_address(device.address)))
            there = await stack.enter_async_context(remote(connection, device, progress.say))
            platform = Platform.of(there.who, device.address)
            step.note = str(platform)
        able = runnable(bundle, variants, platform, device.address)
        with progress.step(f"wheels for {platform}"):
            wheels = wheel_parcels([*await fetch_wheels(able, platform), runtime_wheel(folder)])
        environment = await make_environment(there, wheels, progress)
        parcel = bundle_parcel(bundle, folder)
        await bring(there, [parcel], progress)
        with progress.step(f"measure on {device.address}"):
            order = {"environment": environment, "bundles": [parcel.path], "arguments": words}
            answer = await there.ask("measuring", "bench", **order)
        return _document(answer, there, device.address)


def _document(answer: dict[str, Any], there: Remote, where: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(answer["output"])
    except ValueError:
        raise DeviceError(f"{where}: measuring: {_last_words(answer['code'], there)}") from None
    return document


def _last_words(code: int, there: Remote) -> str:
    if code < 0:
        name = signal.Signals(-code).name
        return f"the bench was ended by {name} (out of memory, or somebody ended it): free memory, try again"
    return f"the bench ended with code {code}: {there.last_line.removeprefix('error: ')}"
