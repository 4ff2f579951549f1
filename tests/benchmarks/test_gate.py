"""What benchmarks/gate.py says of its counts, and the slower bundle that it gates."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from edgec.source import load_source

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] in ("gate", "gating")]:
        del sys.modules[name]


def rows(kind: str, **counts: int) -> list[dict[str, Any]]:
    words = {"passed": "pass", "failed": "fail", "unknown": "cannot tell"}
    return [{"kind": kind, "answer": words[word]} for word, count in counts.items() for _ in range(count)]


@pytest.mark.parametrize(
    ("kind", "counts", "said"),
    [
        ("A/A", {"passed": 90, "unknown": 10}, []),
        ("A/A", {"passed": 99, "failed": 1}, ["A/A: 1 of 100 fail, none may"]),
        ("A/A", {"passed": 89, "unknown": 11}, ["A/A: 89 of 100 pass, at least 90 must"]),
        ("A/B", {"failed": 95, "unknown": 5}, []),
        ("A/B", {"failed": 99, "passed": 1}, ["A/B: 1 of 100 pass, none may"]),
        ("A/B", {"failed": 94, "unknown": 6}, ["A/B: 94 of 100 fail, at least 95 must"]),
        ("A/B", {"failed": 9, "unknown": 1}, []),
    ],
)
def test_what_is_wrong_with_the_answers(kind: str, counts: dict[str, int], said: list[str]) -> None:
    from gate import problems

    assert problems(kind, rows(kind, **counts)) == said


def test_a_run_that_was_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gate
    from gating.bundles import Bundles

    from edgec_runtime.gate import Side

    done = {"kind": "A/A", "loaded": False, "answer": "pass", "slowdown": "", "pairs": 6, "seconds": 1.0}
    path = tmp_path / "gates.jsonl"
    path.write_text(json.dumps(done) + "\n")
    gated: list[str] = []

    def gate_once(baseline: Side, candidate: Side) -> dict[str, Any]:
        gated.append(candidate.bundle.name)
        return {key: done[key] for key in ("answer", "slowdown", "pairs", "seconds")}

    monkeypatch.setattr(gate, "gate", gate_once)
    sides = (Side(tmp_path / name, "cpu", "int8-static") for name in ("original", "copy", "slower"))
    found = list(gate.gates(Bundles(*sides), 2, path))
    assert gated == ["slower", "copy", "slower"]
    assert [(row["kind"], row["loaded"]) for row in found] == [
        ("A/A", False), ("A/B", False), ("A/A", True), ("A/B", True),
    ]  # fmt: skip
    assert [json.loads(line) for line in path.read_text().splitlines()] == found


@pytest.mark.parametrize("factory", ["decoder", "encoder", "both", "whole_image"])
def test_a_slower_network_gives_the_same_answers_from_wider_layers(factory: str) -> None:
    from gating import wider

    original, wide = load_source("unet_light").module, getattr(wider, factory)()
    assert original is not None
    original.eval(), wide.eval()
    image = torch.rand(1, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert torch.allclose(wide(image), original(image), atol=1e-5)
    counts = [sum(weights.numel() for weights in network.parameters()) for network in (original, wide)]
    assert counts[0] < counts[1] < 1.01 * counts[0]


def test_the_slower_bundle_is_the_one_nearest_to_6_percent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gating import bundles

    from edgec_runtime.gate import Side

    def built(model: str, folder: Path) -> Side:
        folder.mkdir(exist_ok=True)
        path = folder / "unet_light-1.0.0.edgec"
        path.write_bytes(b"")
        return Side(path, "cpu", "int8-static", "portable")

    monkeypatch.setattr(bundles, "_built", built)
    ratios = {"decoder": 1.02, "encoder": 1.05, "both": 1.063, "whole_image": 1.08}
    made = bundles.make_bundles(tmp_path, lambda _, side: ratios[side.bundle.parent.name])
    assert made.slower.bundle.parent.name == "both"
    # The choice is kept: a run that goes on gates the same bundles.
    again = bundles.make_bundles(tmp_path, lambda *_: 1.0)
    assert again == made
