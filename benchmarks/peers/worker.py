"""Peers in processes of their own: one to build, one that stays to run."""

from pathlib import Path
from statistics import median
from time import perf_counter

from edgec_runtime.closing import Closing
from edgec_runtime.engine import Array
from peers.peer import Job, Peer, Run
from peers.process import Ask, Process, Tell

TURN_S = 0.05  # as many timed runs as fill this, and at least one


def build(peer: Peer, job: Job, folder: Path) -> None:
    """Let the peer write its files into a new `folder`. Raises PeerError."""
    folder.mkdir()
    with Process(_build, (peer, job, folder), folder.with_suffix(".log")) as process:
        process.answer()


class Worker(Closing):
    """A loaded peer."""

    def __init__(self, peer: Peer, folder: Path, threads: int) -> None:
        """Load it from `folder`. Raises PeerError."""
        self._process = Process(_run, (peer, folder, threads), folder.with_suffix(".log"))
        self._process.answer()

    def run(self, image: Array) -> Array:
        """The map of one image. Raises PeerError."""
        answer: Array = self._process.ask(image)
        return answer

    def turn(self) -> float:
        """The median milliseconds of one image, the one that `run` was given last.

        One run before brings the weights back into the caches. Raises PeerError.
        """
        answer: float = self._process.ask(None)
        return answer

    def close(self) -> None:
        """End its process."""
        self._process.close()


def _build(_: Ask, tell: Tell, peer: Peer, job: Job, folder: Path) -> None:
    peer.build(job, folder)
    tell(None)


def _run(ask: Ask, tell: Tell, peer: Peer, folder: Path, threads: int) -> None:
    run = peer.load(folder, threads)
    tell(None)
    image: Array = ask()
    tell(run(image))
    while True:
        question: Array | None = ask()
        if question is None:
            run(image)
            tell(_median_ms(run, image))
        else:
            image = question
            tell(run(image))


def _median_ms(run: Run, image: Array) -> float:
    times: list[float] = []
    end = perf_counter() + TURN_S
    while not times or perf_counter() < end:
        start = perf_counter()
        run(image)
        times.append((perf_counter() - start) * 1e3)
    return median(times)
