"""A row of the report: what one variant told."""

from dataclasses import asdict
from statistics import median
from typing import Any

from edgec_runtime.bench.plan import Entry
from edgec_runtime.measure import NOISY, SAMPLES_FOR, Latency, summary
from edgec_runtime.process import VariantProcess
from edgec_runtime.race import Laps, Times, ratio

CLOCK = 0.05  # share by which the clock may change while one variant is measured

_MEASURED = (
    "precision_in_force", "load_ms", "first_ms", "latency_ms", "image_ms", "stages_ms", "cpu_ms", "energy_mj",
    "memory_mib", "ratio",
)  # fmt: skip


def row(entry: Entry, process: VariantProcess, laps: Laps, base: Times | None) -> dict[str, Any]:
    """The row of `entry`, which ran `laps` in `process`.

    `base`: milliseconds (rounds,) of one image of the variant to compare with, in the same race.
    """
    answers = process.answers[-len(laps.turns) :]  # those before are the warm-up
    latency = summary(laps.turns)
    loaded = process.loaded
    return {
        **entry.head(),
        "precision_in_force": loaded["precision_in_force"],
        "load_ms": loaded["load_ms"],
        "first_ms": loaded["first_ms"],
        "latency_ms": asdict(latency),
        "image_ms": round(latency.median / entry.batch, 4),
        "stages_ms": _stages(answers),
        "cpu_ms": _processor(answers, laps.runs),
        "energy_mj": _energy(answers, laps.runs),
        "memory_mib": {**loaded["memory_mib"], **answers[-1]["memory_mib"]},
        "ratio": None if base is None else _ratio(base, laps.medians / entry.batch),
        "warnings": _doubts(latency, laps, [answer["mhz"] for answer in answers]),
    }


def failed_row(entry: Entry, sentence: str) -> dict[str, Any]:
    """The row of what could not be measured: `error` says why."""
    return {**entry.head(), **dict.fromkeys(_MEASURED), "warnings": [], "error": sentence}


def _stages(answers: list[dict[str, Any]]) -> dict[str, float] | None:
    if answers[0]["stages_ms"] is None:
        return None
    names = answers[0]["stages_ms"]
    return {
        name: round(median(ms for answer in answers for ms in answer["stages_ms"][name]), 4) for name in names
    }


def _processor(answers: list[dict[str, Any]], runs: int) -> dict[str, float] | None:
    if answers[0]["cpu_ms"] is None:
        return None
    sides = ("user", "system")
    return {side: round(sum(answer["cpu_ms"][side] for answer in answers) / runs, 4) for side in sides}


def _energy(answers: list[dict[str, Any]], runs: int) -> float | None:
    found = [answer["energy_mj"] for answer in answers]
    return None if None in found else round(sum(found) / runs, 4)


def _ratio(base: Times, times: Times) -> dict[str, float]:
    return {key: round(value, 4) for key, value in asdict(ratio(base, times)).items()}


def _doubts(latency: Latency, laps: Laps, clocks: list[float | None]) -> list[str]:
    found = []
    if latency.cv > NOISY:
        found.append(
            f"the runs vary by more than {NOISY:.1%} (CV): other work or a changing clock disturbs them; "
            "measure on a quiet machine or longer (--duration 10s), and trust ratios more than milliseconds"
        )
    if latency.p90 is None:
        found.append(
            f"only {laps.runs} runs in {laps.seconds:.0f} s, and a p90 needs {SAMPLES_FOR[0.90]}: "
            f"give --duration {2 * SAMPLES_FOR[0.90] * latency.mean / 1e3:.0f}s"
        )
    known = [clock for clock in clocks if clock is not None]
    if len(known) > 1:
        part = -(-len(known) // 4)
        start, end = median(known[:part]), median(known[-part:])
        if abs(end - start) > CLOCK * start:
            found.append(
                f"the clock went from {start:.0f} to {end:.0f} MHz meanwhile: set the governor to "
                "performance, let the machine cool, and measure again"
            )
    return found
