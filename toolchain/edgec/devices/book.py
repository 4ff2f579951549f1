"""The devices that a user has named: one YAML file, read whole and written whole.

It is devices.yaml in `edgec` under $XDG_CONFIG_HOME (~/.config), or the file that $EDGEC_DEVICES names.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edgec.devices.device import Device, make_device
from edgec.errors import OutputError, UsageError
from edgec_runtime.wholefile import write_whole
from edgec_targets import unknown_word

VARIABLE = "EDGEC_DEVICES"
MOST_BYTES = 1 << 20
_MEND = "mend it, or remove it and add the devices again"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class _Book(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    devices: dict[str, Device] = Field(default_factory=dict)


def book_path() -> Path:
    """The file that the devices are remembered in."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "edgec" / "devices.yaml"


def read_devices() -> dict[str, Device]:
    """All devices by name, sorted. Raises UsageError where the file is not what edgec writes."""
    path = book_path()
    try:
        text = _text(path)
        document = yaml.safe_load(text)
        book = _Book.model_validate({} if document is None else document)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(f"{path}: {key}: {first['msg']}: {_MEND}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, OSError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UsageError(f"{path} cannot be read as YAML: {reason}: {_MEND}") from error
    for name in book.devices:
        _check_name(name, str(path))
    return dict(sorted(book.devices.items()))


def find_device(word: str) -> Device:
    """The device of a name, or of an address with @ or : in it. Raises UsageError."""
    if "@" in word or ":" in word:
        return make_device(word)
    devices = read_devices()
    if word in devices:
        return devices[word]
    if devices:
        raise unknown_word("name of `edgec devices`", word, devices)
    raise UsageError(f"{word!r} is no device: write pi@{word}, or run `edgec devices add {word} pi@HOST`")


def add_device(name: str, device: Device) -> bool:
    """Remember a device, in place of one of that name; gives whether there was one.

    Raises UsageError, OutputError.
    """
    _check_name(name, "the name")
    devices = read_devices()
    _write({**devices, name: device})
    return name in devices


def remove_device(name: str) -> None:
    """Forget a device. Raises UsageError where there is none of that name, OutputError."""
    devices = read_devices()
    if name not in devices:
        raise unknown_word("name of `edgec devices`", name, devices)
    _write({other: device for other, device in devices.items() if other != name})


def _check_name(name: str, where: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{where}: {name!r}: use at most 64 letters, digits, '.', '_' and '-'")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return ""
    if len(data) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES} bytes")
    return data.decode("utf-8")


def _write(devices: Mapping[str, Device]) -> None:
    path = book_path()
    document: dict[str, Any] = {
        "devices": {name: device.model_dump() for name, device in sorted(devices.items())}
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, yaml.safe_dump(document, sort_keys=False))
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
