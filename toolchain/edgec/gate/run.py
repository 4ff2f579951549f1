"""`gate`: may this candidate follow that baseline?"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edgec.errors import UsageError
from edgec.gate.against_bundle import Comparison, check_bundle
from edgec.gate.against_recorded import check_recorded
from edgec.gate.budgets import check_budgets, has_budgets
from edgec.gate.limits import Limits
from edgec.gate.matching import Contents, Key, check_comparable, read_contents
from edgec.gate.recorded import read_recorded
from edgec.progress import SILENT, Progress
from edgec_runtime.gate import Answer, LatencyMetric, Metric, Verdict, overall
from edgec_runtime.machine import environment


@dataclass(frozen=True)
class GateReport:
    """What the gate said; `baseline` is None where only budgets were checked.

    `new`: variants that only the candidate has, in words. `environment`: see `edgec_runtime.machine`.
    """

    candidate: str
    baseline: str | None
    environment: dict[str, Any]
    verdicts: tuple[Verdict, ...]
    new: tuple[str, ...] = ()

    @property
    def answer(self) -> Answer:
        """A fail before a 'cannot tell' before a pass; cannot tell where nothing ran."""
        found = overall(verdict.answer for verdict in self.verdicts)
        return Answer.CANNOT_TELL if found is Answer.NOT_RUN else found


@dataclass(frozen=True)
class Request:
    """What is asked: the variants of `targets` in `precisions`, all where none is named.

    `baseline`: a bundle, the JSON of `edgec bench`, or None for the budgets alone. `metric`: what is
    compared, by default latency on `threads` threads: on one, which is told most surely, or on those of the
    recorded numbers, or, for a budget, of the target. `data`: images with masks to score both on.
    """

    candidate: Path
    baseline: Path | None
    targets: tuple[str, ...] = ()
    precisions: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    threads: int | None = None
    data: str | None = None
    metric: Metric | None = None


def gate(request: Request, progress: Progress = SILENT) -> GateReport:
    """Every verdict on the candidate.

    A variant that the baseline has and the candidate lacks is a fail; a new one has only its budgets.
    Raises BundleError, MeasurementsError for recorded numbers that cannot be used, UsageError where nothing
    is to be checked or the two do not compare, DataError.
    """
    candidate = read_contents(request.candidate, request.targets, request.precisions)
    verdicts: list[Verdict] = []
    theirs: set[Key] = set()
    if request.baseline is not None:
        found, theirs = _against(request, candidate, request.baseline, progress)
        verdicts += found
    if has_budgets(candidate):
        with progress.step("gate the budgets"):
            verdicts += check_budgets(candidate, request.threads)
    if not verdicts:
        raise UsageError(_nothing(request, candidate))
    new = [key for key in candidate.variants if key not in theirs] if request.baseline else []
    return GateReport(
        str(request.candidate),
        None if request.baseline is None else str(request.baseline),
        environment(),
        tuple(verdicts),
        tuple(Verdict(*key, "variant", Answer.NOT_RUN, "").variant for key in new),
    )


def _against(
    request: Request, candidate: Contents, path: Path, progress: Progress
) -> tuple[list[Verdict], set[Key]]:
    """The verdicts, and the variants of the baseline."""
    if path.suffix == ".json":
        recorded = read_recorded(path)
        theirs = {key for key, _ in recorded.rows if _wanted(request, key)}
        both = [key for key in candidate.variants if key in theirs]
        with progress.step(f"gate {request.candidate}"):
            found = check_recorded(candidate, recorded, both, request.limits, request.threads) if both else []
        return [*_missing(candidate, theirs), *found], theirs
    baseline = read_contents(path, request.targets, request.precisions)
    check_comparable(candidate.manifest, baseline.manifest)
    metric = request.metric or LatencyMetric(request.threads or 1)
    comparison = Comparison(candidate, baseline, request.limits, metric, request.data)
    both = [key for key in candidate.variants if key in baseline.variants]
    theirs = set(baseline.variants)
    return [*_missing(candidate, theirs), *check_bundle(comparison, both, progress)], theirs


def _wanted(request: Request, key: Key) -> bool:
    return (not request.targets or key[0] in request.targets) and (
        not request.precisions or key[1] in request.precisions
    )


def _missing(candidate: Contents, theirs: set[Key]) -> list[Verdict]:
    sentence = "the baseline has it, the candidate does not: build it, or choose others by --target"
    return [
        Verdict(*key, "variant", Answer.FAIL, sentence)
        for key in sorted(theirs - set(candidate.variants), key=str)
    ]


def _nothing(request: Request, candidate: Contents) -> str:
    if request.baseline is None:
        return f"{candidate.path} has no budget to keep: name a --baseline, or build it with --max-latency"
    words = ", ".join((*request.targets, *request.precisions)) or "any target"
    return f"{candidate.path} and {request.baseline} have no variant of {words} to compare"
