"""The checks without a baseline: what the target's YAML, or the recipe of the bundle, allows at most."""

from collections.abc import Mapping, Sequence
from typing import Any

from edgec.gate.exact import ROUNDING
from edgec.gate.matching import Contents, Key
from edgec_runtime.bench import bench
from edgec_runtime.gate import Answer, Verdict
from edgec_runtime.machine import architecture
from edgec_targets import Budgets, load_target, target_names

Rows = Mapping[Key, dict[str, Any]]


def budgets_of(contents: Contents, key: Key) -> Budgets:
    """Those of the target, each replaced by the recipe's where that has one."""
    target = key[0]
    known = load_target(target).budgets if target in target_names() else Budgets()
    recipe = contents.manifest.lineage.recipe
    own = {name: recipe.get(f"max_{name}") for name in Budgets.model_fields}
    return known.model_copy(update={name: value for name, value in own.items() if value is not None})


def has_budgets(contents: Contents) -> bool:
    """Whether any variant has one."""
    return any(budgets_of(contents, key) != Budgets() for key in contents.variants)


def check_budgets(contents: Contents, threads: int | None) -> list[Verdict]:
    """Verdicts on every budget of every variant. Latency and memory are benched here, on so many threads.

    `threads`: by default the target's. Raises BundleError.
    """
    verdicts = []
    for key in contents.variants:
        budgets = budgets_of(contents, key)
        if budgets.size_mib is not None:
            verdicts.append(_size(key, contents.size_mib(key), budgets.size_mib))
        if budgets.latency_ms is not None or budgets.memory_mib is not None:
            verdicts += _measured(contents, key, budgets, threads)
    return verdicts


def _measured(contents: Contents, key: Key, budgets: Budgets, threads: int | None) -> list[Verdict]:
    variant = contents.variants[key]
    wanted = {"latency": budgets.latency_ms, "memory": budgets.memory_mib}
    checks = [f"{name} budget" for name, value in wanted.items() if value is not None]
    if architecture() not in variant.architectures:
        reason = f"it is for {' and '.join(variant.architectures)}, this machine is {architecture()}"
        return [Verdict(*key, check, Answer.NOT_RUN, reason) for check in checks]
    rows = bench(contents.path, (key[0],), (key[1],), threads or _threads(key[0])).measurements
    row = next(row for row in rows if row["profile"] == key[2])
    if "error" in row:
        return [
            Verdict(*key, check, Answer.FAIL, f"the candidate does not run: {row['error']}")
            for check in checks
        ]
    verdicts = []
    if budgets.latency_ms is not None:
        verdicts.append(_latency(key, row, budgets.latency_ms))
    if budgets.memory_mib is not None:
        verdicts.append(_memory(key, row["memory_mib"]["peak"], budgets.memory_mib))
    return verdicts


def _threads(target: str) -> int | None:
    return load_target(target).threads if target in target_names() else None


def _latency(key: Key, row: dict[str, Any], budget: float) -> Verdict:
    found = row["latency_ms"]
    low, high = found["low"], found["high"]
    answer = Answer.FAIL if low > budget else Answer.PASS if high <= budget else Answer.CANNOT_TELL
    measured = f"{found['median']:.4g} ms [{low:.4g}, {high:.4g}] on {row['threads']} threads"
    sentence = f"{measured}; {budget:g} ms is allowed"
    return _verdict(key, "latency budget", answer, sentence, "ms", budget, (found["median"], low, high))


def _memory(key: Key, peak: float | None, budget: float) -> Verdict:
    if peak is None:
        reason = "this system does not tell a process's peak of memory"
        return Verdict(*key, "memory budget", Answer.NOT_RUN, reason)
    sentence = f"its peak is {peak:.1f} MiB; {budget:g} MiB is allowed"
    return _verdict(key, "memory budget", _within(peak, budget), sentence, "MiB", budget, (peak, peak, peak))


def _size(key: Key, size: float, budget: float) -> Verdict:
    sentence = f"its files take {size:.2f} MiB; {budget:g} MiB is allowed"
    return _verdict(key, "size budget", _within(size, budget), sentence, "MiB", budget, (size, size, size))


def _within(value: float, budget: float) -> Answer:
    return Answer.PASS if value <= budget + ROUNDING else Answer.FAIL


def _verdict(
    key: Key, check: str, answer: Answer, sentence: str, unit: str, budget: float, values: Sequence[float]
) -> Verdict:
    value, low, high = values
    limit = f"{budget:g} {unit}"
    return Verdict(*key, check, answer, sentence, unit, candidate=value, low=low, high=high, limit=limit)
