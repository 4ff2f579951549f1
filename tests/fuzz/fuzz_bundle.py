"""Tries very many damaged bundles: none may be accepted, none may end in anything but a BundleError.

    python tests/fuzz/fuzz_bundle.py --runs 100000 [--seed 0] [--bundle NAME-VERSION.edgec] [--only NUMBER]

Run NUMBER of a seed is the same on every machine: `--only` repeats one, with its traceback.
"""

import argparse
import io
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from mutations import MAY_BE_ACCEPTED, MUTATIONS
from sample_bundle import sample_contents, zipped

from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import BundleError
from edgec_runtime.format.container import ZipSource


@dataclass
class Tally:
    """What came of the runs; `failures` are sentences."""

    runs: int = 0
    unchanged: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest_ms: float = 0.0


def mutant(contents: Mapping[str, bytes], seed: int, number: int) -> tuple[str, bytes]:
    """(kind of mutation, bytes of the zip) of one run."""
    random = Random(f"{seed}:{number}")
    kind = random.choice(list(MUTATIONS))
    return kind, MUTATIONS[kind](random, contents)


def open_and_load(data: bytes) -> None:
    """Everything that is done with a bundle before an engine sees it."""
    with Bundle(Path("fuzz"), ZipSource(io.BytesIO(data))) as bundle:
        for variant in bundle.manifest.variants:
            bundle.load(variant)


def fuzz(contents: Mapping[str, bytes], runs: int, seed: int, progress: bool = False) -> Tally:
    """Try `runs` mutants of the bundle whose files are `contents`."""
    tally, original = Tally(), zipped(contents)
    for number in range(runs):
        kind, data = mutant(contents, seed, number)
        tally.runs += 1
        if data == original:
            tally.unchanged += 1
            continue
        start = time.perf_counter()
        _judge(tally, kind, number, data)
        tally.slowest_ms = max(tally.slowest_ms, 1000 * (time.perf_counter() - start))
        if progress and tally.runs % 5000 == 0:
            print(f"{tally.runs} of {runs}, {len(tally.failures)} failures", file=sys.stderr)
    return tally


def _judge(tally: Tally, kind: str, number: int, data: bytes) -> None:
    try:
        open_and_load(data)
    except BundleError as error:
        tally.refused[type(error).__name__] += 1
    except Exception as error:
        tally.failures.append(f"run {number} ({kind}): {type(error).__name__}: {error}")
    else:
        tally.accepted[kind] += 1
        if kind not in MAY_BE_ACCEPTED:
            tally.failures.append(f"run {number} ({kind}): accepted")


def read_contents(path: Path) -> dict[str, bytes]:
    """The files of a bundle's zip, in order."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main() -> int:
    """Gives 1 where a mutant was accepted or ended in another error."""
    parser = argparse.ArgumentParser(description="Try damaged bundles on the reader and the guards.")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bundle", type=Path, help="a bundle's zip; by default a small one made by code")
    parser.add_argument("--only", type=int, help="the number of one run to repeat")
    options = parser.parse_args()
    contents = sample_contents() if options.bundle is None else read_contents(options.bundle)
    open_and_load(zipped(contents))
    if options.only is not None:
        kind, data = mutant(contents, options.seed, options.only)
        print(f"{kind}: {len(data)} bytes")
        open_and_load(data)
        print("accepted")
        return 0
    start = time.perf_counter()
    tally = fuzz(contents, options.runs, options.seed, progress=True)
    seconds = time.perf_counter() - start
    for sentence in tally.failures[:20]:
        print(sentence)
    refused = ", ".join(f"{name} {count}" for name, count in tally.refused.most_common())
    print(
        f"{tally.runs} mutants of seed {options.seed} in {seconds:.0f} s ({tally.runs / seconds:.0f}/s): "
        f"{sum(tally.refused.values())} refused ({refused}), {tally.unchanged} unchanged, "
        f"{sum(tally.accepted.values())} harmless networks let through, {len(tally.failures)} failures; "
        f"slowest {tally.slowest_ms:.0f} ms"
    )
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
