"""Does the gate cry wolf? A/A: a bundle against a copy of itself. A/B: a slower one against the original.

    python benchmarks/gate.py [--count 100] [--out runs/gate]

Half of the gates run while another process loads a core. A line for each goes into OUT/gates.jsonl, and a run
that was stopped goes on from there. Exit code 1: more than this is wrong:

* A/A: no fail, and at most a tenth 'cannot tell';
* A/B: no pass, and at least 95 % fail.

The slower bundle is the one of four that is nearest to 6 % slower here; how much it is, is measured and
printed first, in more pairs than a gate takes.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
from gating.bundles import Bundles, make_bundles
from gating.load import loaded_core

from edgec.report.tables import console_table
from edgec_runtime.gate import Answer, LatencyMetric, Plan, Side, Slowdown, compare, slowdown
from edgec_runtime.machine import environment

ALLOWED = 0.03
PROOF = 12  # pairs
CHOICE = 8  # pairs, of each network that may be the slower one


@click.command()
@click.option("--count", default=100, show_default=True, help="gates of each kind")
@click.option("--out", type=Path, default=Path("runs/gate"), show_default=True)
def main(count: int, out: Path) -> None:
    """Print the counts."""
    out.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    bundles = make_bundles(out, lambda original, slower: measured(original, slower, CHOICE).ratio)
    click.echo(f"{environment()['processor']}; one thread; limit {ALLOWED:.0%}")
    pairs = max(CHOICE, PROOF * count // 100)
    click.echo(f"{bundles.slower.bundle}: {measured(bundles.original, bundles.slower, pairs)} slower")
    rows = list(gates(bundles, count, out / "gates.jsonl"))
    show(rows)
    click.echo(f"{len(rows)} gates; this run took {(time.monotonic() - start) / 60:.1f} minutes")
    wrong = [line for kind in ("A/A", "A/B") for line in problems(kind, rows)]
    for line in wrong:
        click.echo(line, err=True)
    sys.exit(1 if wrong else 0)


def measured(original: Side, slower: Side, pairs: int) -> Slowdown:
    """By how much it is slower, with its 95 % interval."""
    metric = LatencyMetric(1)
    return slowdown([metric.pair(original, slower) for _ in range(pairs)], 0.025)


def gates(bundles: Bundles, count: int, path: Path) -> Iterator[dict[str, Any]]:
    """A row for each gate, A/A and A/B in turns; those that `path` holds are not run again."""
    done = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    yield from done[: 2 * count]
    for number in range(len(done), 2 * count):
        kind, candidate = (("A/A", bundles.copy), ("A/B", bundles.slower))[number % 2]
        loaded = number // 2 % 2 == 1
        with loaded_core() if loaded else nullcontext():
            row = {"kind": kind, "loaded": loaded, **gate(bundles.original, candidate)}
        with path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        click.echo(f"{number + 1:4} {kind} {'loaded' if loaded else 'quiet ':6} {row['answer']:11} "
                   f"{row['slowdown']} {row['pairs']:3} pairs {row['seconds']:6.1f} s", err=True)  # fmt: skip
        yield row


def gate(baseline: Side, candidate: Side) -> dict[str, Any]:
    """One gate as `edgec gate` does it."""
    start = time.monotonic()
    trial = compare(LatencyMetric(1), baseline, candidate, 1 + ALLOWED, Plan())
    return {
        "answer": str(trial.answer),
        "slowdown": str(trial.slowdown),
        "pairs": len(trial.pairs),
        "seconds": round(time.monotonic() - start, 1),
    }


def show(rows: list[dict[str, Any]]) -> None:
    """How often which answer came, and how long it took."""
    lines = []
    for kind in ("A/A", "A/B"):
        for loaded in (False, True):
            found = [row for row in rows if (row["kind"], row["loaded"]) == (kind, loaded)]
            counts = Counter(row["answer"] for row in found)
            seconds = sum(row["seconds"] for row in found) / max(1, len(found))
            answers = [str(counts[answer]) for answer in (Answer.PASS, Answer.FAIL, Answer.CANNOT_TELL)]
            lines.append((f"{kind}, {'a core loaded' if loaded else 'no load'}", *answers, f"{seconds:.1f}"))
    console_table(("", "pass", "fail", "cannot tell", "seconds a gate"), lines)


def problems(kind: str, rows: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the answers of one kind, in words."""
    counts = Counter(row["answer"] for row in rows if row["kind"] == kind)
    total = counts.total()
    right, wrong = (Answer.PASS, Answer.FAIL) if kind == "A/A" else (Answer.FAIL, Answer.PASS)
    least = total * (90 if kind == "A/A" else 95) // 100
    found = []
    if counts[wrong]:
        found.append(f"{kind}: {counts[wrong]} of {total} {wrong}, none may")
    if counts[right] < least:
        found.append(f"{kind}: {counts[right]} of {total} {right}, at least {least} must")
    return found


if __name__ == "__main__":
    main()
