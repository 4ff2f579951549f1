"""Does `edgec bench --device` measure what `edgec bench` measures? On this machine, by both ways.

    python benchmarks/device.py [BUNDLE] [--rounds 12] [--threads 1]

The device is this machine, over SSH through OpenSSH's own server on 127.0.0.1 (apt-get install
openssh-server), with a bare Python and an environment of its own. Each round measures the bundle once by each
way, in random order; a ratio is the median over the rounds of local / other, with a 95 % bootstrap interval.
The two agree where the interval holds 1. "local again" is the same way twice: what the ratio says of nothing.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path
from typing import Any

import click
import numpy as np
from loopback import bare_python, loopback

from edgec.devices import Device, bench_on_device, make_device
from edgec.report.tables import console_table
from edgec_runtime.bench import row_title
from edgec_runtime.race import ratio

Document = dict[str, Any]
Medians = dict[str, list[float]]  # of each variant, in milliseconds, one a round

LOCAL, DEVICE, AGAIN = "local", "device", "local again"
DURATION_S = 2.0  # of each variant


def on_its_own(bundle: Path, words: list[str]) -> Document:
    """The runtime's bench here, in a session of its own as there: Linux shares out cores by session."""
    command = [sys.executable, "-m", "edgec_runtime", "bench", str(bundle), "--json", *words]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, start_new_session=True)
    document: Document = json.loads(finished.stdout)
    return document


def alternate(ways: dict[str, Callable[[], Document]], rounds: int) -> dict[str, Medians]:
    """Each variant's medians by each way."""
    order, names = np.random.default_rng(0), list(ways)
    found: dict[str, Medians] = {name: {} for name in names}
    for number in range(rounds):
        for place in order.permutation(len(names)):
            for row in ways[names[place]]()["measurements"]:
                found[names[place]].setdefault(row_title(row), []).append(row["latency_ms"]["median"])
        click.echo(f"round {number + 1} of {rounds}", err=True)
    return found


def rows(found: dict[str, Medians]) -> Iterable[list[str]]:
    """The cells of a table: variant, way, both medians, the ratio, and whether they agree."""
    for way, (variant, times) in product((DEVICE, AGAIN), found[LOCAL].items()):
        local, other = np.array(times), np.array(found[way][variant])
        seen = ratio(local, other)
        agree = "yes" if seen.low <= 1 <= seen.high else "no"
        interval = f"{seen.median:.3f} [{seen.low:.3f}, {seen.high:.3f}]"
        yield [way, variant, f"{np.median(local):.2f}", f"{np.median(other):.2f}", interval, agree]


@click.command()
@click.argument(
    "bundle",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default="artifacts/unet_light-1.0.0.edgec",
)
@click.option("--rounds", default=12, show_default=True, type=click.IntRange(5))
@click.option("--threads", default=1, show_default=True, type=click.IntRange(1))
def main(bundle: Path, rounds: int, threads: int) -> None:
    """Measure by both ways and print the ratios."""
    with tempfile.TemporaryDirectory() as name, loopback(Path(name)) as server:
        home = Path(name)
        os.environ["HOME"] = name
        server.trust(home)
        device: Device = make_device(server.address, str(bare_python(home / "bare")), str(home / "device"))
        bundle = Path(shutil.copy(bundle, home))  # the runtime's bench writes its report beside it
        options = {"threads": threads, "duration": DURATION_S}
        words = [f"--{name}={value}" for name, value in options.items()]
        ways = {
            LOCAL: lambda: on_its_own(bundle, words),
            DEVICE: lambda: bench_on_device([bundle], device, options=options).to_json(),
            AGAIN: lambda: on_its_own(bundle, words),
        }
        titles = ["other", "variant", "local ms", "other ms", "local / other", "agree"]
        console_table(titles, rows(alternate(ways, rounds)))


if __name__ == "__main__":
    main()
