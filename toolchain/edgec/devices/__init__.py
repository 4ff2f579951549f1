"""A user's own devices: remembered by name, reached over SSH, measured there."""

from edgec.devices.book import add_device, find_device, read_devices, remove_device
from edgec.devices.device import Device, make_device
from edgec.devices.run import bench_on_device

__all__ = [
    "Device",
    "add_device",
    "bench_on_device",
    "find_device",
    "make_device",
    "read_devices",
    "remove_device",
]
