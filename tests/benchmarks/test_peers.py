"""What benchmarks/peers.py says of its measurements, and of peers that fail."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] in ("peers", "interleaved")]:
        del sys.modules[name]


def _row(name: str, milliseconds: float, *, ours: bool = False, dice: float | None = 0.93) -> Any:
    from peers.row import Row

    return Row(name, "onnxruntime", "int8", ours, dice, 1, np.full(9, milliseconds))


def _said(*rows: Any) -> list[str]:
    from peers.verdict import verdicts

    return [str(verdict) for verdict in verdicts([_row("ONNX Runtime", 30.0), *rows], "unet_light", 1)]


def test_the_fastest_of_ours_stands_beside_the_fastest_peer() -> None:
    first, *_ = _said(_row("peer", 20.0), _row("slow", 40.0, ours=True), _row("fast", 10.0, ours=True))

    assert first.endswith("fast is 2.00 [2.00, 2.00] times as fast as peer, above 0.97")


def test_a_less_accurate_variant_does_not_count_for_speed() -> None:
    first, *_ = _said(
        _row("peer", 20.0), _row("rough", 10.0, ours=True, dice=0.9), _row("good", 40.0, ours=True)
    )

    assert "good is 0.50" in first
    assert first.endswith("NOT above 0.97")


def test_where_none_is_as_accurate_the_verdict_says_so() -> None:
    first, *_ = _said(_row("peer", 20.0), _row("rough", 10.0, ours=True, dice=0.9))

    assert first.endswith("but LESS accurate")


def test_a_peer_above_the_float_network_asks_for_no_more_than_that() -> None:
    first, *_ = _said(_row("peer", 20.0, dice=0.95), _row("ours", 10.0, ours=True))

    assert first.endswith("above 0.97")


def test_the_goal_over_plain_onnxruntime_is_the_last_verdict() -> None:
    *_, last = _said(_row("ours", 10.0, ours=True))

    assert last == "best of all: ours is 3.00 [3.00, 3.00] times as fast as ONNX Runtime, NOT above 3.2"


def _raise(*_: Any) -> None:
    raise ValueError("no such operator")


def _die(*_: Any) -> None:
    os._exit(7)


def _echo(ask: Any, tell: Any) -> None:
    while True:
        print("noise", flush=True)
        tell(ask())


def test_a_process_answers_and_keeps_its_noise_to_the_log(tmp_path: Path) -> None:
    from peers.process import Process

    with Process(_echo, (), tmp_path / "log") as process:
        assert process.ask([1]) == [1]
        assert process.ask([2]) == [2]
    assert "noise" in (tmp_path / "log").read_text()


def test_what_a_peer_raises_is_the_reason(tmp_path: Path) -> None:
    from peers.process import PeerError, Process

    with (
        Process(_raise, (), tmp_path / "log") as process,
        pytest.raises(PeerError, match="ValueError: no such operator"),
    ):
        process.answer()


def test_a_process_that_dies_is_a_reason_too(tmp_path: Path) -> None:
    from peers.process import PeerError, Process

    with Process(_die, (), tmp_path / "log") as process, pytest.raises(PeerError, match="ended with code 7"):
        process.answer()
