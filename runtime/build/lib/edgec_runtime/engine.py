"""What an inference engine is to the rest of edgec: something loaded that runs and closes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Tensor = npt.NDArray[np.float32 | np.int8]  # what a network takes and gives


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load a network.

    `threads`: the engine's own compute threads, at least 1. `exact`: compute in the file's own types,
    never in bf16 or f16 that the engine chose by itself (parity runs set it; benches do not).
    """

    threads: int
    exact: bool = False


class Engine(Protocol):
    """One network, loaded into one engine. Made by `load` of a module in `engines/`."""

    @property
    def precision(self) -> str:
        """The type in force where the engine computes in floating point: 'f32', 'bf16' or 'f16'."""

    def run(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Input name to array -> output name to array, in the engine's own layout and types.

        Raises EngineError when the engine fails.
        """

    def close(self) -> None:
        """Release what the engine holds; calling it again does nothing."""


class EngineModule(Protocol):
    """A module of `engines/`: imports its package only inside these functions."""

    def version(self) -> str | None:
        """The installed package's version, or None where it is not installed."""

    def load(self, files: Mapping[str, bytes], options: LoadOptions) -> Engine:
        """File name (without folder) to its verified bytes -> Engine.

        Raises EngineMissingError, EngineVersionError, EngineError.
        """
