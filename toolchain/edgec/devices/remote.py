"""Remote: the agent on a device, and the orders that it is given; onboard/serve.py is its side."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

from edgec.devices.device import Device
from edgec.devices.parcel import Parcel
from edgec.devices.program import OLDEST, command, program
from edgec.errors import DeviceError

if TYPE_CHECKING:
    from asyncssh import SSHClientConnection, SSHClientProcess

ALIVE_S = 10.0  # between two signs of life; the agent waits for six
CLEAN_S = 30.0  # for the agent to clean up when it is told to end
CHUNK = 1 << 18

OnLine = Callable[[str], None]


class Remote:
    """The agent of a device. `who`: what it said of itself, see serve.py."""

    def __init__(self, process: "SSHClientProcess[bytes]", where: str, on_line: OnLine) -> None:
        self._process, self._where, self._on_line = process, where, on_line
        self._writing = asyncio.Lock()
        self._last_lines: deque[str] = deque(maxlen=5)
        self._listening = asyncio.create_task(self._listen())
        self._living = asyncio.create_task(self._stay_alive())
        self.who: dict[str, Any] = {}

    @property
    def last_line(self) -> str:
        """What its stderr said last."""
        return self._last_lines[-1] if self._last_lines else "it said nothing"

    @property
    def killed(self) -> bool:
        """It was ended by a signal, and could not clean up."""
        return self._process.exit_signal is not None

    async def greet(self) -> Self:
        """Wait until the agent says who it is. Raises DeviceError."""
        self.who = await self._answer("starting Python there")
        return self

    async def ask(self, doing: str, order: str, **words: Any) -> dict[str, Any]:
        """The answer to an order. `doing`: what to say of it where it fails. Raises DeviceError."""
        async with self._writing:
            await self._drained(_line(order=order, **words), doing)
        return await self._answer(doing)

    async def send(self, parcel: Parcel, on_bytes: Callable[[int], None]) -> None:
        """Bring a file there; `on_bytes` is called with how many more were sent. Raises DeviceError."""
        doing = f"sending {parcel.file.name}"
        async with self._writing:
            await self._drained(_line(order="receive", path=parcel.path, size=parcel.size), doing)
            with parcel.file.open("rb") as file:
                while chunk := file.read(CHUNK):
                    await self._drained(chunk, doing)
                    on_bytes(len(chunk))
        await self._answer(doing)

    async def end(self) -> None:
        """Let the agent clean up and end."""
        with suppress(OSError):
            self._process.stdin.write_eof()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._process.wait_closed(), CLEAN_S)
        self._listening.cancel()
        self._living.cancel()

    async def _drained(self, data: bytes, doing: str) -> None:
        import asyncssh

        try:
            self._process.stdin.write(data)
            await self._process.stdin.drain()
        except (OSError, asyncssh.Error):
            raise await self._ended(doing) from None

    async def _answer(self, doing: str) -> dict[str, Any]:
        import asyncssh

        while True:
            try:
                line = await self._process.stdout.readline()
            except (OSError, asyncssh.Error):
                line = b""
            if not line.endswith(b"\n"):
                raise await self._ended(doing)
            # Before the first answer a login may have printed words of its own.
            if self.who or line.startswith(b'{"agent"'):
                break
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise DeviceError(f"{self._where}: {doing}: {answer['error']}")
        return answer

    async def _ended(self, doing: str) -> DeviceError:
        """Why there is no answer: the agent or the connection has ended."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.gather(self._process.wait_closed(), self._listening), ALIVE_S)
        signal, status = self._process.exit_signal, self._process.exit_status
        last = self.last_line
        if signal is not None:
            why = f"the program there was ended by SIG{signal[0]} (out of memory?): try again"
        elif status is None:
            why = "the connection was lost; the device ends and removes what was under way: try again"
        elif not self.who and last.startswith("Python "):
            why = f"it has {last}, edgec-runtime needs {OLDEST[0]}.{OLDEST[1]} or newer: {_ANOTHER_PYTHON}"
        elif not self.who and status in (126, 127):
            why = f"there is no such Python ({last}): {_ANOTHER_PYTHON}"
        else:
            why = f"the program there ended with code {status}: {last}"
        return DeviceError(f"{self._where}: {doing}: {why}")

    async def _listen(self) -> None:
        import asyncssh

        with suppress(OSError, asyncssh.Error):
            async for line in self._process.stderr:
                words = line.decode(errors="replace").rstrip()
                text = "".join(letter if letter.isprintable() else "?" for letter in words)
                if text:
                    self._last_lines.append(text)
                    self._on_line(text)

    async def _stay_alive(self) -> None:
        import asyncssh

        with suppress(OSError, asyncssh.Error):
            while True:
                await asyncio.sleep(ALIVE_S)
                async with self._writing:
                    self._process.stdin.write(b"\n")


_ANOTHER_PYTHON = "install one there and name it with `edgec devices add NAME ADDRESS --python PATH`"


@asynccontextmanager
async def remote(connection: "SSHClientConnection", device: Device, on_line: OnLine) -> AsyncIterator[Remote]:
    """The agent of `device` for the block; `on_line` is called with each line of its stderr.

    However the block is left, the agent removes what is not whole; where the connection is lost, when it
    finds that out. Raises DeviceError.
    """
    import asyncssh

    text = program(device)
    try:
        process = await connection.create_process(command(device, len(text)), encoding=None)
        process.stdin.write(text)
    except (OSError, asyncssh.Error) as error:
        raise DeviceError(f"{device.address}: no program can be started there: {error}") from error
    found = Remote(process, device.address, on_line)
    try:
        yield await found.greet()
    finally:
        await asyncio.shield(found.end())
        if found.killed:
            await asyncio.shield(_clean(connection, device))


async def _clean(connection: "SSHClientConnection", device: Device) -> None:
    """The next agent removes what the last one left, as every agent does when it starts."""
    with suppress(DeviceError):
        async with remote(connection, device, lambda _: None):
            pass


def _line(**words: Any) -> bytes:
    return json.dumps(words).encode() + b"\n"
