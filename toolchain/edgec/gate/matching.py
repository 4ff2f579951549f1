"""Which variant of the candidate is to be compared with which of the baseline."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgec.errors import UsageError
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.manifest import Manifest, Variant
from edgec_runtime.gate import Side

Key = tuple[str, str, str | None]


@dataclass(frozen=True)
class Contents:
    """A bundle as the gate sees it: its manifest and its variants by (target, precision, profile)."""

    path: Path
    manifest: Manifest
    variants: dict[Key, Variant]

    def side(self, key: Key) -> Side:
        """The variant to start."""
        return Side(self.path, *key)

    def size_mib(self, key: Key) -> float:
        """Of the variant's files."""
        sizes = {entry.path: entry.size for entry in self.manifest.files}
        return sum(sizes[file] for file in self.variants[key].files) / 2**20


def read_contents(path: Path, targets: Sequence[str], precisions: Sequence[str]) -> Contents:
    """The variants of `targets` in `precisions`, all where none is named; maybe none. Raises BundleError."""
    with Bundle.open(path) as bundle:
        manifest = bundle.manifest
    variants: dict[Key, Variant] = {
        (variant.target, variant.precision, variant.profile): variant
        for variant in manifest.variants
        if (not targets or variant.target in targets) and (not precisions or variant.precision in precisions)
    }
    return Contents(path, manifest, variants)


def check_comparable(candidate: Manifest, baseline: Manifest) -> None:
    """Raise UsageError where the two do another task, so that no time of theirs compares."""
    for what, ours, theirs in (
        ("takes", _taken(candidate), _taken(baseline)),
        ("gives", _given(candidate), _given(baseline)),
    ):
        if ours != theirs:
            raise UsageError(
                f"the candidate {what} {ours}, the baseline {theirs}: they do not do the same, so name a "
                "baseline of the same network and size"
            )


def _taken(manifest: Manifest) -> str:
    height, width = manifest.golden_input.shape[2:]
    return f"{manifest.input.channels} x {height} x {width}"


def _given(manifest: Manifest) -> str:
    return f"{manifest.output.channels} channels for {len(manifest.output.classes)} classes"
