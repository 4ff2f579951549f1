"""Workshop: candidates built, judged and kept on disk as small bundles of one variant."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from edgec.data import Dataset
from edgec.evaluation import score_masks
from edgec.package import assemble
from edgec.preparation import Prepared
from edgec.quantize import layers
from edgec.variant import build_variant
from edgec_runtime import Session
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.manifest import Precision
from edgec_runtime.format.write import write_folder
from edgec_targets import Target

Layers = tuple[str, ...]


@dataclass(frozen=True)
class Workshop:
    """Builds for one target; several candidates of one precision cannot be in one bundle."""

    prepared: Prepared
    target: Target
    folder: Path

    @property
    def operators(self) -> dict[str, str]:
        """Name -> operator of all layers that can be quantized, in the network's order."""
        return layers(self.prepared.job.graph)

    def only(self, names: Collection[str]) -> Layers:
        """`names`, in the network's order."""
        return tuple(name for name in self.operators if name in names)

    def all_but(self, name: str) -> Layers:
        """The other layers, in the network's order."""
        return tuple(other for other in self.operators if other != name)

    def precision(self, float_layers: Layers) -> Precision:
        """What the candidate is called in a recipe."""
        if not float_layers:
            return "int8-static"
        return "fp32" if len(float_layers) == len(self.operators) else "mixed"

    def bundle(self, float_layers: Layers) -> Path:
        """The candidate's bundle, built where it is not there yet. Raises as `build_variant`."""
        path = self.folder / key_of(float_layers)
        if not path.exists():
            job = replace(self.prepared.job, float_layers=float_layers, evaluation=None)
            precision = self.precision(float_layers)
            (profile,) = self.target.profiles_for(precision, ())
            built = build_variant(job, self.target, precision, profile)
            self.folder.mkdir(parents=True, exist_ok=True)
            write_folder(path, *assemble(self.prepared.contents, (built,)))
        return path

    def dice(self, float_layers: Layers, data: Dataset) -> list[float]:
        """Dice of each image of `data`, run as on the device. Raises DataError, EngineError."""
        with Session.open(self.bundle(float_layers), target=self.target.name) as session:
            places = range(len(data))
            return [score_masks(session.segment, data[place : place + 1]).dice for place in places]

    def size_bytes(self, float_layers: Layers) -> float:
        """Bytes of the engine's files."""
        with Bundle.open(self.bundle(float_layers)) as bundle:
            files = {entry.path: entry.size for entry in bundle.manifest.files}
            return sum(files[path] for path in bundle.manifest.variants[0].files)


def key_of(float_layers: Layers) -> str:
    """A short name of the choice, for folders and the journal."""
    return hashlib.sha256("\n".join(float_layers).encode()).hexdigest()[:12]
