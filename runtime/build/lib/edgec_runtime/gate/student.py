"""Student's t, because the runtime has no scipy."""

from math import atan, cos, pi, sin, sqrt


def probability(t: float, degrees: int) -> float:
    """P(T <= t) of Student's t for t >= 0; Abramowitz and Stegun, 1964, formulas 26.7.3 and 26.7.4."""
    angle = atan(t / sqrt(degrees))
    odd = degrees % 2 == 1
    if degrees == 1:
        return 0.5 + angle / pi
    term = total = cos(angle) if odd else 1.0
    for power in range(3 if odd else 2, degrees - 1, 2):
        term *= cos(angle) ** 2 * (power - 1) / power
        total += term
    share = 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total
    return 0.5 + share / 2


def quantile(share: float, degrees: int) -> float:
    """t so that P(T <= t) is `share`, of 0.5 to 1; found by halving."""
    low, high = 0.0, 1.0
    while probability(high, degrees) < share:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if probability(middle, degrees) < share else (low, middle)
    return high
