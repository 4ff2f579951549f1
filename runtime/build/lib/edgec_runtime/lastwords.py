"""What a program that ended too early tells, in one sentence."""

import signal
from collections.abc import Mapping


def last_words(program: str, code: int, stderr: str, likely: Mapping[str, str]) -> str:
    """How `program` ended, by its exit code, and the last line that it printed.

    `likely`: what a signal mostly means there, by its name, as words that go behind it.
    """
    if code < 0:
        name = signal.Signals(-code).name
        return f"{program} was ended by {name}{likely.get(name, '')}"
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    return f"{program} ended with code {code}: {lines[-1] if lines else 'nothing was printed'}"
