"""Peaks: the most that a machine reaches with so many threads."""

import math
from dataclasses import dataclass

from edgec.fresh import run_fresh
from edgec.lower import ENGINES
from edgec.progress import Step
from edgec_runtime.errors import EngineError

TYPES = ("int8", "float32", "bfloat16", "float16")
_RUN_AS = {"int8-dynamic": "int8"}


@dataclass(frozen=True)
class Best:
    """`gmacs`: 10^9 multiply-accumulates a second; `engine` and `workload`: who reached it, with what."""

    gmacs: float
    engine: str
    workload: str


@dataclass(frozen=True)
class Peaks:
    """`threads`: of the engine. `compute`: type ('int8', 'float32', 'bfloat16', 'float16') -> the best of all
    engines. `gbytes`: memory bandwidth, 10^9 bytes a second, read and written.
    """

    threads: int
    compute: dict[str, Best]
    gbytes: float

    def gmacs(self, type_: str) -> float | None:
        """The peak of a type as the census names it; None where no engine computes in it here."""
        best = self.compute.get(_RUN_AS.get(type_, type_))
        return None if best is None else best.gmacs

    def share(self, type_: str, macs: float | None, milliseconds: float | None) -> float | None:
        """How much of the peak of `type_` `macs` in `milliseconds` are, 0..1; None where one is unknown."""
        peak = self.gmacs(type_)
        if peak is None or not macs or not milliseconds:
            return None
        return macs / milliseconds / 1e6 / peak

    def bound(self, type_: str, macs: float | None, bytes_: float) -> str | None:
        """'compute' or 'memory': what limits an operator first, by the roofline model of Williams, Waterman
        and Patterson (2009): memory where it computes less for each byte than the machine can fetch it for.

        `bytes_`: of all its tensors. Tensors that stay in a cache are fetched faster than this supposes.
        """
        if not macs:
            return "memory"
        peak = self.gmacs(type_)
        if peak is None or not bytes_:
            return None
        return "compute" if macs / bytes_ >= peak / self.gbytes else "memory"


def measure_peaks(threads: int, step: Step) -> Peaks:
    """Measure, each engine in a fresh process. Raises EngineError where no engine runs."""
    compute: dict[str, Best] = {}
    failures = []
    for engine in ENGINES:
        try:
            found = run_fresh("edgec.roofline.probe", engine=engine, threads=threads)
        except EngineError as error:
            failures.append(str(error))
            found = []
        for entry in found:
            best = Best(entry["gmacs"], engine, entry["workload"])
            if best.gmacs > compute.get(entry["type"], Best(-math.inf, "", "")).gmacs:
                compute[entry["type"]] = best
        step.advance()
    if not compute:
        raise EngineError(f"no engine could be measured here: {'; '.join(failures)}")
    gbytes = run_fresh("edgec.roofline.bandwidth", threads=threads)
    step.advance()
    return Peaks(threads, compute, gbytes)
