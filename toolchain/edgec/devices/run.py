"""bench_on_device: bring bundles and a runtime to a device, measure there, bring the numbers back."""

import asyncio
import json
import signal
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

from edgec.devices.connection import connected
from edgec.devices.deploy import bring, make_environment
from edgec.devices.device import Device, parse_address
from edgec.devices.parcel import bundle_parcel, wheel_parcels
from edgec.devices.platform import Platform, runnable
from edgec.devices.remote import OnLine, Remote, remote
from edgec.devices.repack import runtime_wheel
from edgec.devices.wheels import fetch_wheels
from edgec.errors import DeviceError, UsageError
from edgec.progress import SILENT, Progress
from edgec_runtime.bench import BenchReport
from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import wanted_variants
from edgec_runtime.format.manifest import Variant


def bench_on_device(
    bundles: Sequence[Path],
    device: Device,
    targets: Sequence[str] = (),
    precisions: Sequence[str] = (),
    options: Mapping[str, object] | None = None,
    progress: Progress = SILENT,
) -> BenchReport:
    """What `python -m edgec_runtime bench` saw on `device`, its environment the device's.

    `options`: further options of that command by name, a sequence joined by commas; None leaves one out. The
    bundles, the runtime and the engines' wheels are sent where they are not there yet; the device downloads
    nothing. Raises BundleError or UsageError for a bundle without such variants, DeviceError.
    """
    if (options or {}).get("images") is not None:
        raise UsageError(
            "images are not sent to a device: leave out --images, or copy them and measure there"
        )
    words = [f"--target={word}" for word in targets] + [f"--precision={word}" for word in precisions]
    words += [_option(name, value) for name, value in (options or {}).items() if value is not None]
    with ExitStack() as stack:
        opened = [stack.enter_context(Bundle.open(bundle)) for bundle in bundles]
        wanted = [(bundle, wanted_variants(bundle, targets, precisions)) for bundle in opened]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="edgec-")))
        return asyncio.run(_bench(wanted, words, device, folder, progress))


def _option(name: str, value: object) -> str:
    words = value if isinstance(value, tuple) else (value,)
    return f"--{name}={','.join(f'{word:.6f}' if isinstance(word, float) else str(word) for word in words)}"


async def _bench(
    wanted: Sequence[tuple[Bundle, list[Variant]]],
    words: Sequence[str],
    device: Device,
    folder: Path,
    progress: Progress,
) -> BenchReport:
    async with AsyncExitStack() as stack:
        with progress.step(f"connect to {device.address}") as step:
            connection = await stack.enter_async_context(connected(parse_address(device.address)))
            there = await stack.enter_async_context(remote(connection, device, _teller(progress)))
            platform = Platform.of(there.who, device.address)
            step.note = str(platform)
        able = [
            each for bundle, found in wanted for each in runnable(bundle, found, platform, device.address)
        ]
        with progress.step(f"wheels for {platform}"):
            wheels = wheel_parcels([*await fetch_wheels(able, platform), runtime_wheel(folder)])
        environment = await make_environment(there, wheels, progress)
        parcels = [bundle_parcel(bundle, folder) for bundle, _ in wanted]
        await bring(there, parcels, progress)
        with progress.step(f"measure on {device.address}"):
            order = {
                "environment": environment,
                "bundles": [parcel.path for parcel in parcels],
                "arguments": words,
            }
            answer = await there.ask("measuring", "bench", **order)
        return _report(answer, there, device.address)


def _teller(progress: Progress) -> OnLine:
    def tell(line: str) -> None:
        if not line.startswith("written: "):  # the report there, which is removed with the run
            progress.say(line)

    return tell


def _report(answer: dict[str, Any], there: Remote, where: str) -> BenchReport:
    try:
        return BenchReport.from_json(json.loads(answer["output"]))
    except ValueError:
        raise DeviceError(f"{where}: measuring: {_last_words(answer['code'], there)}") from None


def _last_words(code: int, there: Remote) -> str:
    if code < 0:
        name = signal.Signals(-code).name
        return f"the bench was ended by {name} (out of memory, or somebody ended it): free memory, try again"
    return f"the bench ended with code {code}: {there.last_line.removeprefix('error: ')}"
