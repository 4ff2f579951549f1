"""The devices that a user has named."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from edgec.devices import Device
from edgec.report.tables import new_table


def device_row(name: str, device: Device) -> dict[str, Any]:
    """``{name, address, python, folder}``"""
    return {"name": name, **device.model_dump()}


def devices_document(devices: Mapping[str, Device]) -> dict[str, Any]:
    """``{"schema": 1, "devices": [{name, address, python, folder}, ...]}``"""
    return {"schema": 1, "devices": [device_row(name, device) for name, device in devices.items()]}


def devices_table(document: dict[str, Any]) -> Table:
    """A row for each device."""
    table = new_table("Devices", ["name", "address", "python", "folder"], [])
    for row in document["devices"]:
        table.add_row(*row.values())
    return table
