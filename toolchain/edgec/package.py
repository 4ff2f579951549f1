"""Built variants -> one bundle: the manifest, the files, and the rules of writing them."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from edgec.errors import OutputError
from edgec.lower.base import Lowered
from edgec_runtime.bundle import Bundle
from edgec_runtime.engine import Array
from edgec_runtime.errors import BundleError
from edgec_runtime.format.lineage import Lineage
from edgec_runtime.format.manifest import (
    Accuracy,
    Golden,
    InputSpec,
    Manifest,
    OutputSpec,
    Parity,
    Precision,
    TensorFile,
    Variant,
)
from edgec_runtime.format.profile import PORTABLE
from edgec_runtime.format.write import seal, write_folder, write_zip
from edgec_targets import Target

GOLDEN_INPUT = "golden/input.bin"

# What another processor's sums and roundings may change and a wrong kernel does not stay within.
# Integer kernels round differently between engines: one step of the logit moves a probability by up to 0.02.
TOLERANCE: dict[Precision, tuple[float, float]] = {
    "fp32": (0.9995, 1e-3),
    "fp16": (0.9995, 1e-3),
    "int8-dynamic": (0.99, 2e-2),
    "int8-static": (0.99, 2e-2),
    "mixed": (0.99, 2e-2),
    "binary": (0.9995, 1e-3),
}


@dataclass(frozen=True)
class BuiltVariant:
    """One variant, lowered and proven, before it is packed.

    `broken`: a few words for each limit of its precision (`edgec.verify.limits`) that its outputs break.
    """

    target: Target
    precision: Precision
    profile: str | None
    lowered: Lowered
    engine_version: str
    operators: dict[str, int]
    golden_output: Array
    parity: Parity
    broken: tuple[str, ...]
    accuracy: Accuracy | None
    slower_than_fp32: bool = False

    @property
    def key(self) -> tuple[Precision, str | None]:
        """What tells it from the target's other variants."""
        return self.precision, self.profile

    @property
    def folder(self) -> str:
        """Where the variant's files lie in the bundle."""
        own = "" if self.profile in (None, PORTABLE) else f"-{self.profile}"
        return f"{self.target.name}/{self.precision}{own}"

    @property
    def architectures(self) -> tuple[str, ...]:
        """The processors that it is for, as `platform.machine()` names them."""
        if self.profile is not None:
            return self.target.profiles[self.profile].architectures
        return self.target.only.get(self.precision, self.target.architectures)

    @property
    def instructions(self) -> tuple[str, ...]:
        """Any one of these the processor must have; empty where any will do."""
        return () if self.profile is None else self.target.profiles[self.profile].instructions

    @property
    def size_bytes(self) -> int:
        """Bytes of the engine's files."""
        return sum(len(data) for data in self.lowered.files.values())


@dataclass(frozen=True)
class Contents:
    """What a bundle says besides its variants."""

    name: str
    version: str
    parameters: int
    lineage: Lineage
    input: InputSpec
    output: OutputSpec
    golden_input: Array


def assemble(contents: Contents, variants: tuple[BuiltVariant, ...]) -> tuple[Manifest, dict[str, bytes]]:
    """The sealed manifest and every file by its path in the bundle."""
    files = {GOLDEN_INPUT: _raw(contents.golden_input)}
    for built in variants:
        files[_golden_path(built)] = _raw(built.golden_output)
        files |= {f"{built.folder}/{name}": data for name, data in built.lowered.files.items()}
    manifest = Manifest(
        schema=1,
        name=contents.name,
        version=contents.version,
        digest="",
        parameters=contents.parameters,
        lineage=contents.lineage,
        input=contents.input,
        output=contents.output,
        golden_input=_tensor(GOLDEN_INPUT, contents.golden_input),
        variants=tuple(_variant(built) for built in variants),
        files=(),
    )
    return seal(manifest, files), files


def publish(manifest: Manifest, files: Mapping[str, bytes], out: Path, *, force: bool) -> Path:
    """Write `out/NAME-VERSION/` and `out/NAME-VERSION.edgec`, each whole or not at all; gives the latter.

    A version that exists with the same content is left as it is. Raises OutputError where it exists with
    another content and not `force`, or where the disk does not take it.
    """
    folder = out / f"{manifest.name}-{manifest.version}"
    archive = folder.with_name(folder.name + ".edgec")
    existing = [path for path in (archive, folder) if path.exists()]
    if existing and not force:
        for path in existing:
            _refuse_other_content(path, manifest)
        if len(existing) == 2:
            return archive
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_folder(folder, manifest, files)
        write_zip(archive, manifest, files)
    except OSError as error:
        raise OutputError(
            f"{error.filename or out}: {error.strerror or error}: nothing was written there; "
            "free some space or choose another folder with --out"
        ) from error
    return archive


def _refuse_other_content(path: Path, manifest: Manifest) -> None:
    with contextlib.suppress(BundleError), Bundle.open(path) as bundle:
        if _content(bundle.manifest) == _content(manifest):
            return
    raise OutputError(
        f"{path} exists and holds other content: give the new one another --version, "
        "or replace it with --force"
    )


def _content(manifest: Manifest) -> Manifest:
    """The manifest without what may change while the bundle stays the same: who built it, and from where."""
    lineage = replace(manifest.lineage, git_revision=None, tools={})
    return replace(manifest, digest="", lineage=lineage)


def _variant(built: BuiltVariant) -> Variant:
    agreement, error = TOLERANCE[built.precision]
    return Variant(
        target=built.target.name,
        precision=built.precision,
        profile=built.profile,
        engine=built.target.engine,
        engine_versions=(built.engine_version,),
        min_engine_version=built.target.min_engine_version,
        architectures=built.architectures,
        instructions=built.instructions,
        files=tuple(sorted(f"{built.folder}/{name}" for name in built.lowered.files)),
        input=built.lowered.input,
        output=built.lowered.output,
        layout=built.lowered.layout,
        input_quantization=built.lowered.input_quantization,
        output_quantization=built.lowered.output_quantization,
        operators=built.operators,
        golden=Golden(_tensor(_golden_path(built), built.golden_output), agreement, error),
        parity=built.parity,
        accuracy=built.accuracy,
        slower_than_fp32=built.slower_than_fp32,
    )


def _golden_path(built: BuiltVariant) -> str:
    return f"golden/{built.folder}.bin"


def _tensor(path: str, array: Array) -> TensorFile:
    return TensorFile(path, "float32", tuple(array.shape))


def _raw(array: Array) -> bytes:
    return array.astype("<f4").tobytes()
