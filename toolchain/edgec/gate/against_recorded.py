"""The checks against recorded numbers: the candidate is measured now, the baseline was at another time."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from edgec.gate.exact import check_size
from edgec.gate.limits import Allowance, Limits
from edgec.gate.matching import Contents, Key
from edgec.gate.recorded import Recorded, check_machine, recorded_threads
from edgec_runtime.bench import bench
from edgec_runtime.gate import Answer, Slowdown, Verdict, judge
from edgec_runtime.machine import environment


def check_recorded(
    candidate: Contents, recorded: Recorded, keys: Sequence[Key], limits: Limits, threads: int | None
) -> list[Verdict]:
    """Verdicts on the variants `keys`, which both hold. Raises MeasurementsError where the machines differ.

    A fail in time is told only when a second bench says the same.
    """
    check_machine(recorded, environment())
    count = recorded_threads(recorded, threads)
    verdicts = _judged(candidate, recorded, keys, limits, count)
    if any(verdict.answer is Answer.FAIL and verdict.check == "latency" for verdict in verdicts):
        again = _judged(candidate, recorded, keys, limits, count)
        verdicts = [_confirmed(*both) for both in zip(verdicts, again, strict=True)]
    return verdicts


def _judged(
    candidate: Contents, recorded: Recorded, keys: Sequence[Key], limits: Limits, threads: int
) -> list[Verdict]:
    targets, precisions = dict.fromkeys(key[0] for key in keys), dict.fromkeys(key[1] for key in keys)
    report = bench(candidate.path, tuple(targets), tuple(precisions), threads)
    rows = {(row["target"], row["precision"], row["profile"]): row for row in report.measurements}
    return [
        verdict
        for key in keys
        if (key, threads) in recorded.rows
        for verdict in _row_verdicts(key, candidate, rows[key], recorded.rows[key, threads], limits)
    ]


def _row_verdicts(
    key: Key, candidate: Contents, row: dict[str, Any], base: dict[str, Any], limits: Limits
) -> list[Verdict]:
    verdicts = []
    if "error" in row:
        verdicts.append(Verdict(*key, "latency", Answer.FAIL, f"the candidate does not run: {row['error']}"))
    else:
        if limits.slowdown is not None:
            verdicts.append(_latency(key, row["latency_ms"], base["latency_ms"], limits.slowdown))
        if limits.memory is not None:
            verdicts.append(_memory(key, row, base, limits.memory))
    if limits.size is not None:
        size = base["size_bytes"] / 2**20
        verdicts.append(check_size(key, candidate.size_mib(key), size, limits.size))
    return verdicts


def _latency(key: Key, ours: dict[str, Any], base: dict[str, Any], allowed: float) -> Verdict:
    """The least and the greatest ratio that both intervals allow."""
    low, high = base.get("low") or base["median"], base.get("high") or base["median"]
    found = Slowdown(ours["median"] / base["median"], ours["low"] / high, ours["high"] / low)
    sentence = (
        f"{found} slower ({ours['median']:.4g} ms instead of {base['median']:.4g}), not measured side by "
        f"side; {100 * allowed:g} % is allowed"
    )
    return Verdict(
        *key,
        "latency",
        judge(found, 1 + allowed),
        sentence,
        unit="ms",
        baseline=base["median"],
        candidate=ours["median"],
        low=found.low,
        high=found.high,
        limit=f"{100 * allowed:g} %",
    )


def _memory(key: Key, row: dict[str, Any], base: dict[str, Any], allowed: Allowance) -> Verdict:
    ours, theirs = ((each.get("memory_mib") or {}).get("peak") for each in (row, base))
    if not ours or not theirs:
        return Verdict(*key, "memory", Answer.NOT_RUN, "one of the two has no peak of memory")
    ratio = ours / theirs
    answer = Answer.PASS if ratio <= allowed.ratio(theirs) else Answer.FAIL
    sentence = (
        f"its peak is {ours:.1f} MiB, {100 * (ratio - 1):+.1f} % of the baseline's {theirs:.1f} MiB; "
        f"{allowed} more is allowed"
    )
    numbers: dict[str, Any] = {"baseline": theirs, "candidate": ours, "low": ratio, "high": ratio}
    return Verdict(*key, "memory", answer, sentence, unit="MiB", limit=str(allowed), **numbers)


def _confirmed(first: Verdict, second: Verdict) -> Verdict:
    """`second`, but a fail in time only where both say so."""
    if first.answer is second.answer or first.check != "latency":
        return second
    sentence = f"{second.sentence}; but the first bench said: {first.sentence}"
    return replace(second, answer=Answer.CANNOT_TELL, sentence=sentence)
