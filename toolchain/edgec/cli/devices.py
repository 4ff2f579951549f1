"""`edgec devices`"""

import click

from edgec.cli.command import Command, Group
from edgec.cli.display import Display


@click.group(cls=Group, default="list", name="devices")
def command() -> None:
    """Remember your own devices by name.

    `edgec bench BUNDLE --device NAME` measures there, over SSH. The names stand in edgec/devices.yaml of your
    configuration folder, or in the file that EDGEC_DEVICES names.
    """


@command.command(cls=Command, name="list")
@click.pass_obj
def list_devices(display: Display, /) -> None:
    """List the devices; so does `edgec devices` alone."""
    from edgec.devices import read_devices
    from edgec.report.devices import devices_document, devices_table

    document = devices_document(read_devices())
    names = [row["name"] for row in document["devices"]]
    then = [f"edgec bench --device {names[0]}"] if names else ["edgec devices add NAME pi@HOST"]
    display.result(document, devices_table(document), then=then)


@command.command(cls=Command, name="add")
@click.argument("name")
@click.argument("address", metavar="[USER@]HOST[:PORT]")
@click.option("--python", metavar="PATH", help="The Python there, 3.11 or newer.  [default: python3]")
@click.option("--folder", metavar="DIR", help="Where edgec keeps its files there.  [default: ~/.cache/edgec]")
@click.pass_obj
def add(display: Display, /, name: str, address: str, python: str | None, folder: str | None) -> None:
    """Remember a device, in place of one of that name.

    User, host and port may also be what ~/.ssh/config says of HOST.
    """
    from edgec.devices import add_device, make_device
    from edgec.report.devices import device_row

    device = make_device(address, python, folder)
    replaced = add_device(name, device)
    display.say(f"{name}: {device.address}{', in place of the one before' if replaced else ''}")
    display.result({"schema": 1, "device": device_row(name, device)}, then=[f"edgec bench --device {name}"])


@command.command(cls=Command, name="remove")
@click.argument("name")
@click.pass_obj
def remove(display: Display, /, name: str) -> None:
    """Forget a device. What lies on the device itself stays there."""
    from edgec.devices import remove_device

    remove_device(name)
    display.say(f"{name} is forgotten")
    display.result({"schema": 1, "removed": name})
