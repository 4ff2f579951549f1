"""Machines whose disturbances are known: what a gate would measure on them."""

from dataclasses import dataclass

import numpy as np

from edgec_runtime.gate import Pair

ROUNDS = 8


@dataclass
class Machine:
    """Times of two processes, the candidate `slower` times the baseline.

    `between`: deviation of a process's own speed, for its whole life. `noise`: what a turn takes longer.
    `drift`: deviation of the machine's speed from one round to the next. `bursts`: how often a time begins in
    which everything takes half as long again, for some turns.
    """

    random: np.random.Generator
    slower: float
    between: float = 0.006
    noise: float = 0.02
    drift: float = 0.02
    bursts: float = 0.05

    def pair(self) -> Pair:
        own = 10 * np.exp(self.random.normal(0, self.between, 2)) * (1, self.slower)
        pace = np.exp(np.cumsum(self.random.normal(0, self.drift, 2 * ROUNDS)))
        delay = 1 + self.random.exponential(self.noise, 2 * ROUNDS)
        turns = pace * delay * np.where(self._disturbed(2 * ROUNDS), 1.5, 1.0)
        first = self.random.permutation(ROUNDS) % 2
        places = np.arange(ROUNDS)
        return Pair(own[0] * turns[2 * places + first], own[1] * turns[2 * places + 1 - first])

    def _disturbed(self, count: int) -> list[bool]:
        found, now = [], False
        for chance in self.random.random(count):
            now = chance < (0.6 if now else self.bursts)
            found.append(now)
        return found
