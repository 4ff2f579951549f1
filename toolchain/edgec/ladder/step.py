"""Step: a rung before it was climbed, and what runs there."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

from edgec.graph import Graph
from edgec.ladder.cuts import Cuts, cut_files
from edgec.ladder.cuts.onnxruntime import GraphCuts
from edgec.ladder.reference import Reference
from edgec.lower import Lowered
from edgec.runner import Runner
from edgec.source import Source
from edgec.verify import FLOAT, Limits, engine_limits, graph_limits, reference
from edgec_runtime.bundle import Bundle
from edgec_runtime.engine import Array
from edgec_runtime.errors import EngineError
from edgec_runtime.format.manifest import Precision, Variant
from edgec_runtime.format.profile import in_words
from edgec_runtime.machine import has_any

Run = Callable[[Array], Array]


@dataclass(frozen=True)
class Step:
    """One rung to climb, float32 NCHW in and out.

    `below`: the rung that it is compared with, None for the lowest. `limits`: what it may differ from that.
    `cuts`: the same network in pieces, None where it cannot be cut.
    """

    name: str
    kind: Literal["source", "graph", "engine"]
    precision: Precision
    below: str | None
    limits: Limits
    open: Callable[[], AbstractContextManager[Run]]
    cuts: Callable[[], Cuts] | None
    notes: tuple[str, ...] = ()

    def noting(self, *notes: str) -> "Step":
        """The same step with more notes."""
        return replace(self, notes=(*self.notes, *notes))


def source_step(source: Source) -> Step:
    """The network as it was given."""

    @contextmanager
    def opened() -> Iterator[Run]:
        yield reference(source)

    name = "torch" if source.module is not None else "onnx"
    return Step(name, "source", "fp32", None, FLOAT, opened, None)


def graph_step(name: str, precision: Precision, graph: Graph, below: str | None) -> Step:
    """A graph in ONNX Runtime, each node as it is written."""

    @contextmanager
    def opened() -> Iterator[Run]:
        with Reference(graph.to_bytes()) as running:
            yield running.run

    limits = graph_limits(precision)
    return Step(name, "graph", precision, below, limits, opened, lambda: GraphCuts(graph))


def engine_step(bundle: Bundle, variant: Variant, graph: Graph | None, below: str | None) -> Step:
    """A variant's files as they lie in the bundle, in their engine; `graph`: what they were lowered from."""

    def lowered() -> Lowered:
        files = {PurePosixPath(path).name: data for path, data in bundle.load(variant).items()}
        return Lowered(files, variant.layout, variant.input, variant.output)

    @contextmanager
    def opened() -> Iterator[Run]:
        if not has_any(variant.instructions):
            raise EngineError(f"this processor has no {' or '.join(variant.instructions)}")
        with Runner(lowered(), variant.engine) as running:
            yield running.run

    return Step(
        f"{variant.target} {in_words(variant.precision, variant.profile)}",
        "engine",
        variant.precision,
        below,
        engine_limits(variant.precision),
        opened,
        lambda: cut_files(lowered(), variant.engine, graph),
    )
