"""find_hotspots(): a variant of a bundle -> its operators, timed, by stage and layer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edgec.fresh import run_fresh
from edgec.hotspots.stages import stages
from edgec.lower import Operator
from edgec.roofline import Peaks
from edgec_runtime.bundle import Bundle
from edgec_runtime.selftest import read_tensor

METHODS = {
    "onnxruntime": "the engine's profiler: median of 5 loads, of each the median of its warm runs",
    "openvino": "the engine's profiler: median of 5 loads, of each the mean of its warm runs",
    "tflite": "by difference: the network cut behind each operator, of each piece the fastest run",
}


@dataclass(frozen=True)
class Spot:
    """One operator: what the engine tells, and the stage of the network in which it runs."""

    stage: str
    operator: Operator

    @property
    def layer(self) -> str:
        """The layer of the model; the engine's own name where it belongs to none."""
        return self.operator.layer or self.operator.name

    @property
    def milliseconds(self) -> float:
        """Of one inference."""
        return self.operator.milliseconds or 0.0

    @property
    def bytes(self) -> int:
        """Of all its tensors."""
        return (self.operator.bytes or 0) + self.operator.weight_bytes


@dataclass(frozen=True)
class Layer:
    """Operators of one layer that run in one stage."""

    stage: str
    name: str
    spots: tuple[Spot, ...]

    @property
    def milliseconds(self) -> float:
        """Of all its operators."""
        return sum(spot.milliseconds for spot in self.spots)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of all its operators."""
        return sum(spot.operator.macs or 0 for spot in self.spots)

    @property
    def bytes(self) -> int:
        """Of all tensors of its operators."""
        return sum(spot.bytes for spot in self.spots)

    @property
    def type(self) -> str:
        """In which it computes: that of the operator with the most work."""
        return max(self.spots, key=lambda spot: (spot.operator.macs or 0, spot.milliseconds)).operator.type


@dataclass(frozen=True)
class Hotspots:
    """One variant. `latency`: milliseconds of a run without a profiler, None where that was not measured."""

    bundle: str
    target: str
    engine: str
    precision: str
    profile: str | None
    latency: float | None
    peaks: Peaks
    spots: tuple[Spot, ...]

    @property
    def method(self) -> str:
        """How the times were got."""
        return METHODS[self.engine]

    @property
    def milliseconds(self) -> float:
        """The sum over the operators."""
        return sum(spot.milliseconds for spot in self.spots)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one image, as the engine runs the network."""
        return sum(spot.operator.macs or 0 for spot in self.spots)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """As the model runs."""
        return group(self.spots)

    @property
    def type(self) -> str:
        """That of the most multiply-accumulates."""
        totals: dict[str, int] = {}
        for spot in self.spots:
            totals[spot.operator.type] = totals.get(spot.operator.type, 0) + (spot.operator.macs or 0)
        return max(totals, key=lambda type_: totals[type_])

    @property
    def share_of_peak(self) -> float | None:
        """Of the machine's peak in `type`, 0..1, by the time without a profiler where it is known."""
        return self.peaks.share(self.type, self.macs, self.latency or self.milliseconds)


def group(spots: Iterable[Spot]) -> tuple[Layer, ...]:
    """The spots of each stage and layer together, in the order of the first of each."""
    found: dict[tuple[str, str], list[Spot]] = {}
    for spot in spots:
        found.setdefault((spot.stage, spot.layer), []).append(spot)
    return tuple(Layer(stage, name, tuple(members)) for (stage, name), members in found.items())


def _with_layers(operators: Sequence[Operator]) -> list[Operator]:
    """What an engine or a lowering put in belongs to the layer whose result it takes, or to the image."""
    layers: dict[str, str] = {}
    for entry in operators:
        source = next(iter(entry.sources), entry.name)
        layers[entry.name] = entry.layer or layers.get(source, source)
    return [replace(entry, layer=layers[entry.name]) for entry in operators]


def find_hotspots(
    bundle: Path,
    target: str,
    precision: str,
    profile: str | None,
    peaks: Peaks,
    latency: float | None = None,
) -> Hotspots:
    """Time the operators of a variant in a fresh process, with as many threads as `peaks` are of.

    `latency`: milliseconds that a run takes without a profiler. Raises BundleError, EngineError.
    """
    spots = find_spots(bundle, target, precision, profile, peaks.threads)
    with Bundle.open(bundle) as opened:
        manifest = opened.manifest
    engine = next(entry.engine for entry in manifest.variants if entry.target == target)
    name = f"{manifest.name}-{manifest.version}"
    return Hotspots(name, target, engine, precision, profile, latency, peaks, spots)


def find_spots(
    bundle: Path, target: str, precision: str, profile: str | None, threads: int
) -> tuple[Spot, ...]:
    """The operators of a variant as it runs, timed in a fresh process. Raises BundleError, EngineError."""
    request = {"target": target, "precision": precision, "profile": profile, "threads": threads}
    rows = run_fresh("edgec.hotspots.worker", bundle=str(bundle), **request)
    found = [Operator(**row | {key: tuple(row[key]) for key in ("sources", "shape")}) for row in rows]
    with Bundle.open(bundle) as opened:
        height, width = read_tensor(opened, opened.manifest.golden_input).shape[2:]
    found = _with_layers(found)
    return tuple(Spot(*entry) for entry in zip(stages(found, (height, width)), found, strict=True))
