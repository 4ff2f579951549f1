"""Device: where a device is, and what to use on it."""

import re

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from edgec.errors import UsageError

FOLDER = "~/.cache/edgec"
PYTHON = "python3"

_ADDRESS = re.compile(
    r"(?:(?P<user>[A-Za-z0-9_][A-Za-z0-9_.$-]*)@)?"
    r"(?:(?P<host>[A-Za-z0-9][A-Za-z0-9_.-]*)|\[(?P<ipv6>[0-9A-Fa-f:.]+(?:%\w+)?)\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
)


class Device(BaseModel):
    """A device as it is remembered.

    `address`: [user@]host[:port], an IPv6 address in brackets; user, host and port may also come from
    ~/.ssh/config. `python`: the interpreter there. `folder`: where edgec keeps what it sends.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    address: str
    python: str = Field(PYTHON, pattern=r"^[^\s\x00-\x1f\x7f-][^\x00-\x1f\x7f]*$")
    folder: str = Field(FOLDER, pattern=r"^[~/][^\x00-\x1f\x7f]*$")

    @field_validator("address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        try:
            parse_address(value)
        except UsageError as error:
            raise ValueError(str(error)) from error
        return value


class Address(BaseModel):
    """The parts of an address; None: as ~/.ssh/config says, or SSH's default."""

    model_config = ConfigDict(frozen=True)

    user: str | None
    host: str
    port: int | None = Field(None, le=65535)

    def command(self, *words: str) -> str:
        """The command that reaches the device by hand."""
        port = [] if self.port is None else ["-p", str(self.port)]
        host = self.host if self.user is None else f"{self.user}@{self.host}"
        return " ".join([*words, *port, host])

    @property
    def known_as(self) -> str:
        """The host's name in known_hosts."""
        return self.host if self.port in (None, 22) else f"[{self.host}]:{self.port}"


def parse_address(text: str) -> Address:
    """[user@]host[:port] in its parts. Raises UsageError."""
    match = _ADDRESS.fullmatch(text)
    if match is None or int(match["port"] or 0) > 65535:
        raise UsageError(f"{text!r} is not an address: write pi@raspberrypi.local or pi@192.168.1.20:2222")
    port = match["port"] and int(match["port"])
    return Address(user=match["user"], host=match["host"] or match["ipv6"], port=port)


def make_device(address: str, python: str | None = None, folder: str | None = None) -> Device:
    """A device from what a person typed; None is the default. Raises UsageError."""
    parse_address(address)
    try:
        return Device(address=address, python=python or PYTHON, folder=folder or FOLDER)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"--{first['loc'][0]} {first['input']!r}: {first['msg']}") from error
