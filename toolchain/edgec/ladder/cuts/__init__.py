"""Networks in pieces: the graph, and each engine's own files, cut at tensors of the same names."""

from importlib import import_module

from edgec.graph import Graph
from edgec.ladder.cuts.base import Cuts
from edgec.lower import Lowered

__all__ = ["Cuts", "cut_files"]


def cut_files(lowered: Lowered, engine: str, graph: Graph | None) -> Cuts:
    """The files of `engine` in pieces, run by that engine.

    `graph`: what they were lowered from, whose names they are given where they have none of their own.
    Raises UsageError where the files cannot be told apart into the graph's tensors.
    """
    cuts: Cuts = import_module(f"{__name__}.{engine}").cut(lowered, graph)
    return cuts
