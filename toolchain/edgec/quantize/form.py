"""The form of the float network in which an engine's integers are fastest."""

from collections.abc import Iterable

from edgec.graph import Graph
from edgec.passes.unused import RemoveUnused
from edgec.passes.up_convolution import MergeUpConvolutions
from edgec_targets.target import Profile


def integer_form(graph: Graph, profile: Profile) -> Graph:
    """`graph` itself, or the same network as the profile wants it; what is made here is quantized."""
    if not profile.merge_up_convolutions:
        return graph
    merged = MergeUpConvolutions()(graph)
    return RemoveUnused()(merged.graph).graph if merged.changed else graph


def integer_forms(graph: Graph, profiles: Iterable[Profile]) -> tuple[Graph, ...]:
    """`graph` and the other forms that the profiles want, each once."""
    forms = [graph, *(integer_form(graph, profile) for profile in profiles)]
    return tuple({form.digest: form for form in forms}.values())
