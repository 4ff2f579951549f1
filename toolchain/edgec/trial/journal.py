"""Journal: pieces of work that are done once, whatever kills the process in between."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from edgec.errors import OutputError, UsageError
from edgec_runtime.wholefile import write_whole

T = TypeVar("T", float, list[float], dict[str, list[float]], dict[str, dict[str, float]])

FILE = "state.json"


class Journal:
    """`folder`/state.json: ``{"schema": 1, "inputs": {...}, "done": {key: result}}``, replaced as a whole.

    `inputs` say what the results depend on; a folder that was begun with others is refused.
    """

    def __init__(self, folder: Path, inputs: Mapping[str, Any]) -> None:
        """Begin or go on. Raises UsageError naming the inputs that differ, OutputError."""
        self.folder = folder
        self._path = folder / FILE
        self._inputs = dict(inputs)
        self._done: dict[str, Any] = {}
        if self._path.exists():
            self._done = self._read()
        else:
            self._write()

    def once(self, key: str, work: Callable[[], T]) -> T:
        """What `work` gave when it was done under `key`, perhaps by an earlier process; else do it now."""
        if key not in self._done:
            self._done[key] = work()
            self._write()
        result: T = self._done[key]
        return result

    def _read(self) -> dict[str, Any]:
        try:
            state = json.loads(self._path.read_text("utf-8"))
            inputs, done = state["inputs"], dict(state["done"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{self._path} is not the state of a run: choose another folder") from error
        other = [key for key, value in self._inputs.items() if inputs.get(key) != value]
        if other:
            raise UsageError(
                f"{self._path.parent} was begun with another {', '.join(other)}: choose another folder, "
                "or give the same as then"
            )
        return done

    def _write(self) -> None:
        text = json.dumps({"schema": 1, "inputs": self._inputs, "done": self._done}, indent=1)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, text)
        except OSError as error:
            raise OutputError(
                f"{self._path} cannot be written ({error.strerror}): free some space or choose another --run"
            ) from error
