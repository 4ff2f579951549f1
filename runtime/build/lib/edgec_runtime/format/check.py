"""What a manifest must say beyond its types: identity and files here, the rest in the modules beside."""

from edgec_runtime.errors import FileSetError, LimitError
from edgec_runtime.format import limits
from edgec_runtime.format.check_spec import check_golden_input, check_input, check_output
from edgec_runtime.format.check_value import check_segment, check_sha256, check_version, refuse
from edgec_runtime.format.check_variant import check_variants
from edgec_runtime.format.manifest import FileEntry, Manifest
from edgec_runtime.format.names import RESERVED, path_problem


def check_manifest(manifest: Manifest) -> None:
    """Raises ManifestError, FileSetError or LimitError naming the key."""
    _check_identity(manifest)
    sizes = _check_files(manifest.files)
    check_input(manifest.input)
    check_output(manifest.output)
    check_golden_input(manifest, sizes)
    check_variants(manifest, sizes)
    _check_used(manifest)


def _check_identity(manifest: Manifest) -> None:
    check_segment("name", manifest.name)
    check_version(manifest.version)
    if manifest.parameters is not None and manifest.parameters < 0:
        refuse("parameters", manifest.parameters, "a number of weights, not negative")
    lineage = manifest.lineage
    check_sha256("lineage.recipe_sha256", lineage.recipe_sha256)
    for key in ("checkpoint_sha256", "samples_sha256"):
        if getattr(lineage, key) is not None:
            check_sha256(f"lineage.{key}", getattr(lineage, key))


def _check_files(files: tuple[FileEntry, ...]) -> dict[str, int]:
    if len(files) > limits.FILES:
        raise LimitError(f"manifest: files lists {len(files)} files, at most {limits.FILES} are allowed")
    for i, entry in enumerate(files):
        _check_entry(entry, f"files[{i}]")
        if i and entry.path <= files[i - 1].path:
            refuse(
                f"files[{i}].path", entry.path, f"a path after {files[i - 1].path!r}: ascending, none twice"
            )
    total = sum(entry.size for entry in files)
    if total > limits.BUNDLE_BYTES:
        raise LimitError(f"manifest: the files have {total} bytes, at most {limits.BUNDLE_BYTES} are allowed")
    sizes = {entry.path: entry.size for entry in files}
    for path in sizes:
        _check_folders(path, sizes)
    return sizes


def _check_entry(entry: FileEntry, where: str) -> None:
    problem = path_problem(entry.path)
    if problem is not None:
        refuse(f"{where}.path", entry.path, f"a name of the bundle's form: it {problem}")
    if entry.path.partition("/")[0] in RESERVED:
        refuse(f"{where}.path", entry.path, "another name: this one is reserved")
    if entry.size < 0:
        refuse(f"{where}.size", entry.size, "a size in bytes, not negative")
    check_sha256(f"{where}.sha256", entry.sha256)


def _check_folders(path: str, sizes: dict[str, int]) -> None:
    parts = path.split("/")
    for depth in range(1, len(parts)):
        if "/".join(parts[:depth]) in sizes:
            refuse("files", path, f"nothing below {'/'.join(parts[:depth])!r}, which is a file itself")


def _check_used(manifest: Manifest) -> None:
    used = {manifest.golden_input.path}
    for variant in manifest.variants:
        used.update(variant.files, (variant.golden.output.path,))
    for entry in manifest.files:
        if entry.path not in used:
            raise FileSetError(f"manifest: files lists {entry.path!r}, which nothing in the manifest uses")
