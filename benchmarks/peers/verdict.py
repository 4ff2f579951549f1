"""What the table says of the goals: who is faster than whom, and by how much."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from interleaved import Times, ratio_interval

from peers.row import BASE, Row, interval, times_of

ENGINES = ("onnxruntime", "openvino", "tflite")
NEVER_SLOWER = 0.97  # what the noise of an interval may hide
OVER_QUANTIZER = 1.2
OVER_FLOAT = {"unet_light": 3.2, "unet": 4.1}  # at one thread
STATIC_BEST = "quantize_static, best setting"
SAME_DICE = 0.001  # what int8 may cost


@dataclass(frozen=True)
class Verdict:
    """How many times `ours` is as fast as `peer`, and the limit that its interval must lie above, if any.

    `accurate`: whether Dice is no worse.
    """

    question: str
    ours: str
    peer: str
    ratio: float
    low: float
    high: float
    limit: float | None
    accurate: bool = True

    def __str__(self) -> str:
        """A sentence."""
        ratio = interval(self.ratio, self.low, self.high)
        found = f"{self.question}: {self.ours} is {ratio} times as fast as {self.peer}"
        if self.limit is not None:
            found += f", {'above' if self.low > self.limit else 'NOT above'} {self.limit}"
        return found if self.accurate else f"{found}, but LESS accurate"

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def verdicts(rows: list[Row], model: str, threads: int) -> Iterator[Verdict]:
    """One for each goal that the rows can say something about."""
    ran = [row for row in rows if row.times is not None]
    truth = next((row.dice for row in ran if row.name == BASE), None)
    for engine in ENGINES:
        yield from _against_best(engine, [row for row in ran if row.engine == engine], truth)
    ours = [row for row in ran if row.ours]
    static = [row for row in ours if row.engine == "onnxruntime" and row.precision.startswith("int8")]
    yield from _compare("onnxruntime, int8", static, STATIC_BEST, times_of(rows, STATIC_BEST), OVER_QUANTIZER)
    limit = OVER_FLOAT.get(model) if threads == 1 else None
    yield from _compare("best of all", ours, BASE, times_of(rows, BASE), limit)


def _against_best(engine: str, rows: list[Row], truth: float | None) -> Iterator[Verdict]:
    """The engine's fastest peer, and the fastest of ours that is as accurate as it."""
    peers = [row for row in rows if not row.ours]
    if peers:
        best = min(peers, key=lambda row: row.median_ms)
        ours = [row for row in rows if row.ours]
        accurate = [row for row in ours if _is_as_accurate(row, best, truth)]
        for verdict in _compare(
            f"{engine}, best of each", accurate or ours, best.name, best.times, NEVER_SLOWER
        ):
            yield replace(verdict, accurate=bool(accurate))


def _is_as_accurate(row: Row, peer: Row, truth: float | None) -> bool:
    """As the peer, or as the network in float32 (`truth`): a peer that is above that has rounded luckily."""
    if row.dice is None or peer.dice is None or truth is None:
        return True
    return row.dice >= min(peer.dice, truth) - SAME_DICE


def _compare(
    question: str, ours: list[Row], peer: str, base: Times | None, limit: float | None
) -> Iterator[Verdict]:
    fastest = min(ours, key=lambda row: row.median_ms, default=None)
    if fastest is not None and fastest.times is not None and base is not None:
        yield Verdict(question, fastest.name, peer, *ratio_interval(base, fastest.times), limit)
