"""The wheels that a device needs, fetched here for its Python and processor, so that it needs no internet."""

import asyncio
import hashlib
import json
import shutil
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Sequence
from pathlib import Path

from edgec.devices.platform import Platform
from edgec.errors import DeviceError
from edgec.usercache import cache_folder
from edgec_runtime.engines import ENGINES
from edgec_runtime.engines.packages import numbers
from edgec_runtime.format.manifest import Variant


async def fetch_wheels(variants: Sequence[Variant], platform: Platform) -> list[Path]:
    """pip itself, numpy and the engines of `variants`, with what they require; kept under the user's cache.

    The engines in the newest version that the bundle was proven on, or, where that has no wheel, in any that
    it allows. Raises DeviceError where there is none for the platform, or no index can be reached.
    """
    try:
        return await _fetch(requirements(variants, proven=True), platform)
    except DeviceError:
        return await _fetch(requirements(variants, proven=False), platform)


def requirements(variants: Sequence[Variant], proven: bool) -> list[str]:
    """The engines of `variants` as pip takes them."""
    found = {}
    for variant in variants:
        newest = max(variant.engine_versions, key=numbers).split("-")[0]
        version = f"=={newest}" if proven else f">={variant.min_engine_version}"
        found[ENGINES[variant.engine][0].packages[0]] = version
    return sorted(package + version for package, version in found.items())


def wheels_folder() -> Path:
    """Where fetched wheels are kept; it may be removed at any time."""
    return cache_folder() / "wheels"


async def _fetch(engines: list[str], platform: Platform) -> list[Path]:
    options = platform.pip_options()
    key = hashlib.sha256(json.dumps([engines, options]).encode()).hexdigest()[:32]
    folder = wheels_folder() / key
    if not folder.is_dir():
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            await _download([*engines, "numpy", "pip"], platform, folder)
        except OSError as error:
            raise DeviceError(f"wheels cannot be kept in {error.filename}: {error.strerror}") from error
    return sorted(folder.glob("*.whl"))


async def _download(wanted: list[str], platform: Platform, folder: Path) -> None:
    """Fill `folder`, whole or not at all."""
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    try:
        await _pip(["download", f"--dest={part}", *platform.pip_options(), *wanted], wanted, platform)
        if not folder.is_dir():  # another edgec may have been quicker
            part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


async def _pip(words: list[str], wanted: list[str], platform: Platform) -> None:
    quietly = ["--disable-pip-version-check", "--no-input", "--quiet"]
    command = [sys.executable, "-m", "pip", *words, *quietly]
    pip = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)
    try:
        output, _ = await pip.communicate()
    except asyncio.CancelledError:
        pip.kill()
        await pip.wait()
        raise
    if pip.returncode:
        lines = output.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise DeviceError(
            f"pip finds no wheels of {', '.join(wanted)} for {platform} ({lines[-1]}): is the package index "
            "within reach? --target leaves out an engine; PIP_FIND_LINKS names a folder of wheels"
        )
