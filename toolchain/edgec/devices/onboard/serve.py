"""serve: the program on the device, from its first answer to its last.

An order is a JSON object {order, ...} on one line of stdin, its answer one on one line of stdout: {error:
sentence} where it could not be carried out. edgec/devices/remote.py is the other end.
"""

import fcntl
import json
import os
import platform
import signal
import sys
import time
from pathlib import Path
from typing import Any

from edgec.devices.onboard.agent import Agent, OrderError
from edgec.devices.onboard.orders import LostError, Orders

BUSY = 10.0  # seconds that an agent which lost its workstation may take to clean up


def serve(folder: str) -> None:
    """Say who this is, then answer orders until the workstation is gone. One at a time in a folder."""
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _gone)
    place = Path(folder).expanduser().absolute()
    orders = Orders()
    agent = Agent(place, orders)
    try:
        _lock(place)
        agent.clean()
    except (OrderError, OSError) as error:
        _answer({"agent": 1, "error": str(error)})
        return
    try:
        _answer({"agent": 1, **_who()})
        while True:
            _answer(agent.do(**json.loads(orders.line())))
    except LostError:
        pass
    finally:
        agent.clean()


def _who() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "executable": sys.executable,
        "machine": platform.machine(),
        "bits": sys.maxsize.bit_length() + 1,
        "libc": platform.libc_ver(),
    }


def _lock(folder: Path) -> None:
    """Until this process ends nobody else gets the lock of `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    until = time.monotonic() + BUSY
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise OrderError(f"another bench is running in {folder}: wait until it has ended") from None
            time.sleep(0.1)


def _gone(*_: object) -> None:
    raise LostError


def _answer(document: dict[str, Any]) -> None:
    try:
        print(json.dumps(document), flush=True)
    except OSError:
        raise LostError from None
