"""What a candidate may cost more than its baseline, as people write it: 3%, +10MiB, none."""

import re
from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Allowance:
    """So much more is allowed: a share of the baseline, or MiB above it; exactly one is not None."""

    share: float | None = None
    mib: float | None = None

    def ratio(self, baseline_mib: float) -> float:
        """The greatest candidate over baseline that is allowed."""
        return 1 + (self.share if self.share is not None else (self.mib or 0.0) / baseline_mib)

    def __str__(self) -> str:
        return f"{100 * self.share:g} %" if self.share is not None else f"{self.mib or 0:g} MiB"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed; None is not checked. `slowdown`: a share; `dice_drop`: a difference."""

    slowdown: float | None = 0.03
    memory: Allowance | None = Allowance(0.05)
    size: Allowance | None = Allowance(0.05)
    dice_drop: float | None = 0.005


def read_share(text: str) -> float | None:
    """'3%' or '0.5 %' -> 0.03; 'none' -> None. Raises ValueError, which says what is wrong."""
    if text.strip() == "none":
        return None
    match = re.fullmatch(r"([0-9]{1,4}(?:\.[0-9]{1,6})?) ?%", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a share: write 3%, or none to leave it unchecked")
    return float(match[1]) / 100


def read_allowance(text: str) -> Allowance | None:
    """'5%' or '+10MiB' -> Allowance; 'none' -> None. Raises ValueError, which says what is wrong."""
    match = re.fullmatch(r"\+([0-9]{1,6}(?:\.[0-9]{1,6})?) ?MiB", text.strip())
    if match is not None:
        return Allowance(mib=float(match[1]))
    try:
        share = read_share(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an allowance: write 5%, +10MiB, or none") from None
    return None if share is None else Allowance(share)


def read_drop(text: str) -> float | None:
    """'0.005' -> 0.005; 'none' -> None. Raises ValueError, which says what is wrong."""
    if text.strip() == "none":
        return None
    if re.fullmatch(r"0(?:\.[0-9]{1,6})?|1(?:\.0{1,6})?", text.strip()) is None:
        raise ValueError(f"{text!r} is not a drop of the Dice from 0 to 1: write 0.005, or none")
    return float(text)
