"""Orders: what comes on stdin, and the moment at which nothing comes any more."""

import contextlib
import os
import select
import signal
import subprocess
from collections.abc import Iterator

PATIENCE = 60.0  # seconds without a sign of life until the workstation counts as gone
CHUNK = 1 << 16


class LostError(Exception):
    """The workstation is gone."""


class Orders:
    """Lines and data on stdin; an empty line says that the workstation is still there."""

    def __init__(self) -> None:
        self._waiting = b""

    def line(self) -> bytes:
        """The next line that is not empty. Raises LostError."""
        while True:
            while b"\n" not in self._waiting:
                self._waiting += self._more()
            line, _, self._waiting = self._waiting.partition(b"\n")
            if line:
                return line

    def data(self, size: int) -> Iterator[bytes]:
        """The next `size` bytes. Raises LostError."""
        while size:
            found = self._waiting or self._more()
            self._waiting = found[size:]
            size -= min(size, len(found))
            yield found[: len(found) - len(self._waiting)]

    def watch(self, child: "subprocess.Popen[bytes]") -> bytes:
        """All that `child` writes on stdout; its process group ends with it. Raises LostError."""
        assert child.stdout is not None
        output, written = child.stdout.fileno(), [b" "]
        try:
            while written[-1]:
                ready = select.select([0, output], [], [], PATIENCE)[0]
                if not ready:
                    raise LostError
                if 0 in ready:
                    self._waiting += self._more()
                if output in ready:
                    written.append(os.read(output, CHUNK))
            # Not reaped yet, so that the number of its group cannot have become another's.
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            child.stdout.close()
        return b"".join(written[1:])

    def _more(self) -> bytes:
        found = os.read(0, CHUNK) if select.select([0], [], [], PATIENCE)[0] else b""
        if not found:
            raise LostError
        return found
