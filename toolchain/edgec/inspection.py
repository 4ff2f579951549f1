"""What each engine makes of a bundle's networks, asked of the engines themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from edgec.lower import Findings, Lowered, Operator, find, list_operators
from edgec.progress import SILENT, Progress
from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import choose, wanted_variants
from edgec_runtime.engine import Array, LoadOptions
from edgec_runtime.errors import EdgecError
from edgec_runtime.format.manifest import Variant
from edgec_runtime.format.profile import in_words
from edgec_runtime.selftest import read_tensor


@dataclass(frozen=True)
class Inspection:
    """What runs in one variant; `reason` says why there are no operators."""

    target: str
    engine: str
    precision: str
    profile: str | None
    operators: tuple[Operator, ...]
    reason: str | None

    @property
    def findings(self) -> Findings:
        """What is not the network's own work."""
        return find(self.operators)

    def share(self, operators: Iterable[Operator]) -> float | None:
        """Of the time of all operators, 0..1; None where it is not told."""
        part, whole = milliseconds(operators), milliseconds(self.operators)
        return part / whole if part is not None and whole else None


def milliseconds(operators: Iterable[Operator]) -> float | None:
    """Of all of them together; None where one is not told."""
    times = [entry.milliseconds for entry in operators]
    known = [time for time in times if time is not None]
    return sum(known) if len(known) == len(times) else None


def inspect_bundle(
    path: Path,
    targets: Sequence[str] = (),
    precisions: Sequence[str] = (),
    threads: int = 1,
    progress: Progress = SILENT,
) -> tuple[Inspection, ...]:
    """Load the variants of a bundle, all or those named, run its golden input some times, and ask.

    A variant that cannot be loaded here is a row with the reason. Raises BundleError, and UsageError for a
    target or precision that the bundle does not hold.
    """
    rows = []
    with Bundle.open(path) as bundle:
        image = read_tensor(bundle, bundle.manifest.golden_input)[:1]
        for variant in wanted_variants(bundle, targets, precisions):
            with progress.step(f"inspect {variant.target} {in_words(variant.precision, variant.profile)}"):
                rows.append(_inspect(bundle, variant, image, LoadOptions(threads)))
    return tuple(rows)


def _inspect(bundle: Bundle, variant: Variant, image: Array, options: LoadOptions) -> Inspection:
    row = (variant.target, variant.engine, variant.precision, variant.profile)
    try:
        # Raises where it cannot run here.
        choose(bundle, variant.target, variant.precision, variant.profile)
        lowered = lowered_files(bundle, variant)
        return Inspection(*row, list_operators(lowered, variant.engine, image, options), None)
    except EdgecError as error:
        return Inspection(*row, (), str(error))


def lowered_files(bundle: Bundle, variant: Variant) -> Lowered:
    """A variant's network as its lowering made it. Raises BundleError."""
    files = {PurePosixPath(name).name: data for name, data in bundle.load(variant).items()}
    ends = (variant.input, variant.output, variant.input_quantization, variant.output_quantization)
    return Lowered(files, variant.layout, *ends)
