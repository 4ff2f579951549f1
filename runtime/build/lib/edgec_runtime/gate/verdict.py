"""Verdict: what a gate says of one check of one variant, with the sentence to print."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from edgec_runtime.format.profile import in_words


class Answer(StrEnum):
    """What a gate says; `NOT_RUN` is no answer and spoils none."""

    PASS = "pass"
    FAIL = "fail"
    CANNOT_TELL = "cannot tell"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check of one variant.

    `check`: latency, memory, size, dice, variant, or that of a budget, such as "latency budget". `baseline`
    and `candidate` in `unit`; `low` and `high` hold candidate over baseline, or the candidate where there is
    only a budget; null where there is none. `limit`: what was allowed, in words.
    """

    target: str
    precision: str
    profile: str | None
    check: str
    answer: Answer
    sentence: str
    unit: str | None = None
    baseline: float | None = None
    candidate: float | None = None
    low: float | None = None
    high: float | None = None
    limit: str | None = None

    @property
    def variant(self) -> str:
        """Which variant, in words."""
        return f"{self.target} {in_words(self.precision, self.profile)}"


def overall(answers: Iterable[Answer]) -> Answer:
    """One answer for all: a fail before a 'cannot tell' before a pass; `NOT_RUN` where nothing ran."""
    found = set(answers)
    order = (Answer.FAIL, Answer.CANNOT_TELL, Answer.PASS)
    return next((answer for answer in order if answer in found), Answer.NOT_RUN)
