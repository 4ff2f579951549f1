"""Which rungs there are: the tree from the source to each variant of the bundle."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edgec.calibration import Calibration
from edgec.errors import EdgecError
from edgec.graph import Graph
from edgec.ladder.origin import Origin
from edgec.ladder.step import Step, engine_step, graph_step, source_step
from edgec.variant import in_precision
from edgec.verify import graph_limits
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.manifest import Variant
from edgec_runtime.format.profile import in_words
from edgec_targets import load_target
from edgec_targets.target import PROFILED

UNCALIBRATED = (
    "compared with the float network: its calibration images are not known here, name them with --calibration"
)


@dataclass(frozen=True)
class _Made:
    """A graph in one precision, the variants that come from it, or why there is none."""

    graph: Graph | None
    variants: tuple[Variant, ...]
    why: str = ""

    @property
    def name(self) -> str:
        """The precision and the targets."""
        words = in_words(self.variants[0].precision, self.variants[0].profile)
        return f"{words} for {', '.join(dict.fromkeys(variant.target for variant in self.variants))}"


def plan(
    bundle: Bundle, variants: Sequence[Variant], origin: Origin, calibration: Calibration | None
) -> tuple[Step, ...]:
    """The steps, each after the one below it. `calibration` is None where nothing could be calibrated."""
    steps = _upper(origin)
    if not steps:
        return _engines_only(bundle, variants)
    base = steps[-1].name
    floats = [variant for variant in variants if variant.precision == "fp32"]
    steps += [engine_step(bundle, variant, origin.graph, base) for variant in floats]
    for precision in dict.fromkeys(v.precision for v in variants if v.precision != "fp32"):
        chosen = [variant for variant in variants if variant.precision == precision]
        for made in _made(origin, chosen, calibration):
            steps += _branch(bundle, made, base, calibration)
    return tuple(steps)


def _upper(origin: Origin) -> list[Step]:
    if origin.graph is None:
        return []
    if origin.source is None or origin.exported is None:
        return [graph_step("the bundle's graph", "fp32", origin.graph, None)]
    source = source_step(origin.source)
    exported = graph_step("exported", "fp32", origin.exported, source.name)
    return [source, exported, graph_step("simplified", "fp32", origin.graph, exported.name)]


def _made(origin: Origin, variants: Sequence[Variant], calibration: Calibration | None) -> list[_Made]:
    """The graphs of one precision: variants with the same integers share one."""
    found: dict[str, _Made] = {}
    for variant in variants:
        made = _in_precision(origin, variant, calibration)
        key = made.graph.digest if made.graph is not None else made.why
        before = found.get(key, made)
        mine = (*before.variants, variant) if key in found else made.variants
        found[key] = _Made(before.graph, mine, before.why)
    return list(found.values())


def _in_precision(origin: Origin, variant: Variant, calibration: Calibration | None) -> _Made:
    graph = origin.graph
    if graph is None or (calibration is None and variant.precision in PROFILED):
        return _Made(None, (variant,), UNCALIBRATED)
    target, kept = load_target(variant.target), origin.recipe.float_layers if origin.recipe else ()
    try:
        found = in_precision(graph, calibration, target, variant.precision, variant.profile, kept)
        return _Made(found, (variant,))
    except EdgecError as error:
        return _Made(None, (variant,), f"compared with the float network: {error}")


def _branch(bundle: Bundle, made: _Made, base: str, calibration: Calibration | None) -> list[Step]:
    if made.graph is None:
        return [
            _without_graph(engine_step(bundle, variant, None, base), made.why) for variant in made.variants
        ]
    precision = made.variants[0].precision
    graph = graph_step(made.name, precision, made.graph, base)
    recorded = bundle.manifest.lineage.samples_sha256
    found = calibration.samples_sha256 if calibration is not None else None
    if precision in PROFILED and None not in (recorded, found) and recorded != found:
        graph = graph.noting(
            "calibrated on other images than the bundle: name those that it was built with by --calibration"
        )
    return [graph, *(engine_step(bundle, variant, made.graph, graph.name) for variant in made.variants)]


def _engines_only(bundle: Bundle, variants: Sequence[Variant]) -> tuple[Step, ...]:
    """No graph at all: the bundle's first fp32 variant is the lowest rung, and all others stand on it."""
    lowest = next(variant for variant in bundle.manifest.variants if variant.precision == "fp32")
    steps = [engine_step(bundle, lowest, None, None)]
    for variant in variants:
        if variant != lowest:
            steps.append(_without_graph(engine_step(bundle, variant, None, steps[0].name)))
    return tuple(steps)


def _without_graph(step: Step, *notes: str) -> Step:
    """An engine's step that has to answer for its precision too."""
    return replace(step, limits=graph_limits(step.precision)).noting(*notes)
