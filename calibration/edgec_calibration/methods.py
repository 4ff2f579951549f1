"""The words for the ways to take a range; without numpy, as the command line's help shows them."""

from typing import Literal, get_args

Method = Literal["min-max", "moving-average", "percentile", "entropy", "mse"]

METHODS: tuple[Method, ...] = get_args(Method)
