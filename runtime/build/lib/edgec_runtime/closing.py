"""What can be closed can be used in `with`."""

from types import TracebackType
from typing import Self


class Closing:
    """Mix-in: `with` closes."""

    def close(self) -> None:
        """Release what is held."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
