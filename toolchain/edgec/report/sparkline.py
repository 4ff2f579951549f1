"""A row of numbers in the height of a letter."""

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
LEAST_RANGE = 0.05  # of the greatest value: what varies less is noise and must not look like a mountain


def sparkline(values: Sequence[float], shown: int = 12) -> str:
    """The newest `shown` of `values`, none below 0, from the least to the greatest of these."""
    newest = values[-shown:]
    if not newest:
        return ""
    low, high = min(newest), max(newest)
    extent = max(high - low, LEAST_RANGE * high)
    return "".join(BARS[round((value - low) / (extent or 1) * (len(BARS) - 1))] for value in newest)
