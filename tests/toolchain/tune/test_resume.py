"""A run that is killed goes on where it was, to the same end."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.toolchain.tune.sensitive import LAYER, SENSITIVE

from edgec.tune import TuneResult
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.decode import with_digest
from edgec_runtime.format.manifest import Manifest

pytestmark = pytest.mark.slow

COMMAND = [
    *(sys.executable, "-m", "edgec", "tune", "--json", "--model", f"{SENSITIVE}:sensitive", "--size", "32"),
    *("--data", "nuclei", "--max-drop", "0.02", "--budget-mib", "0.15", "--run"),
]


def done(run: Path) -> dict[str, Any]:
    state = run / "state.json"
    if not state.exists():
        return {}
    found: dict[str, Any] = json.loads(state.read_text())["done"]
    return found


def kill_when(run: Path, kind: str) -> None:
    """Start, and kill without notice as soon as a result of this kind is kept."""
    with subprocess.Popen(
        [*COMMAND, str(run)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        while not any(key.startswith(kind) for key in done(run)):
            assert process.poll() is None, "ended before it could be killed"
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)


def unmeasured(bundle: Path) -> Manifest:
    """The manifest with every digest, but not whether a variant was slower: each run measures that anew."""
    with Bundle.open(bundle) as opened:
        manifest = opened.manifest
    variants = tuple(replace(variant, slower_than_fp32=False) for variant in manifest.variants)
    return with_digest(replace(manifest, variants=variants))


def test_nothing_done_is_done_again_and_the_end_is_the_same(tuned: TuneResult, tmp_path: Path) -> None:
    run = tmp_path / "run"
    kept: dict[str, Any] = {}
    for kind in ("proxy", "alone", "race"):
        kill_when(run, kind)
        before, kept = kept, done(run)
        assert before.items() <= kept.items()
        assert len(kept) > len(before)
    # What no measurement gives: it is still there at the end only if nobody measured again.
    first = next(key for key in kept if key.startswith("proxy "))
    state = json.loads((run / "state.json").read_text())
    state["done"][first] = 123.0
    (run / "state.json").write_text(json.dumps(state))

    finished = subprocess.run([*COMMAND, str(run)], capture_output=True, text=True, timeout=300, check=False)

    assert finished.returncode == 0, finished.stderr
    assert (kept | {first: 123.0}).items() <= done(run).items()
    document = json.loads(finished.stdout)
    assert document["chosen"]["float_layers"] == [LAYER]
    assert tuned.built is not None
    assert unmeasured(Path(document["bundle"])) == unmeasured(tuned.built.bundle)
