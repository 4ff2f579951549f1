"""connected: an SSH connection to a device, by the user's own keys and the hosts that they know."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from edgec.devices.device import Address
from edgec.errors import DeviceError

if TYPE_CHECKING:
    from asyncssh import SSHClientConnection

CONNECT_S = 15.0
LOGIN_S = 30.0
# A cable that was pulled out says nothing: silence this many times this long is a lost connection.
KEEPALIVE_S, KEEPALIVES = 10.0, 3


@asynccontextmanager
async def connected(address: Address) -> AsyncIterator["SSHClientConnection"]:
    """A connection for the block, as ~/.ssh/config, the agent, the keys and known_hosts have it.

    Only keys log in: there is no password to be typed or kept. Raises DeviceError.
    """
    import asyncssh

    given = {"username": address.user, "port": address.port}
    options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        configured = await asyncssh.SSHClientConnectionOptions.construct(
            host=address.host, config=(), **options
        )
        if configured.known_hosts is None:
            # To asyncssh `UserKnownHostsFile none` means to trust every host; here it names no further file.
            options["known_hosts"] = b""
        connection = await asyncssh.connect(
            address.host,
            preferred_auth=["publickey"],
            connect_timeout=CONNECT_S,
            login_timeout=LOGIN_S,
            keepalive_interval=KEEPALIVE_S,
            keepalive_count_max=KEEPALIVES,
            **options,
        )
    except (OSError, ValueError, asyncssh.Error) as error:
        raise DeviceError(f"{address.known_as}: {_why(address, error)}") from error
    async with connection:
        yield connection


def _why(address: Address, error: Exception) -> str:
    import asyncssh

    by_hand = address.command("ssh")
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return (
            "its host key is not the one in known_hosts, or not there yet: compare the fingerprint and "
            f"accept it with `{by_hand}`; if the device was set up anew, after `ssh-keygen -R "
            f"'{address.known_as}'`"
        )
    if isinstance(error, asyncssh.PermissionDenied):
        return (
            f"it takes none of your keys: `{address.command('ssh-copy-id')}` brings one there, `ssh-add` "
            "opens one that has a passphrase"
        )
    if isinstance(error, TimeoutError):
        return f"no answer within {CONNECT_S:g} s: is it on, and in this network? Try `{by_hand}`"
    if isinstance(error, ConnectionRefusedError):
        return f"the connection was refused: is SSH switched on there, and is this its port? Try `{by_hand}`"
    reason = " ".join(str(getattr(error, "strerror", None) or error).split())
    return f"it cannot be reached ({reason or type(error).__name__}): try `{by_hand}`"
