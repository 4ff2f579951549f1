"""Bundle: a verified manifest and its files."""

import errno
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NoReturn

from edgec_runtime.closing import Closing
from edgec_runtime.errors import BundleError, BundleNotFoundError, ContainerError, FileSetError, VariantError
from edgec_runtime.format.container import ZipSource
from edgec_runtime.format.decode import decode_manifest
from edgec_runtime.format.folder import FolderSource, open_regular
from edgec_runtime.format.manifest import Manifest, Variant
from edgec_runtime.format.profile import in_words
from edgec_runtime.format.source import Source, check_file_set, read_verified, verify
from edgec_runtime.kernels import library
from edgec_runtime.machine import architecture, has_any, instructions

# Least work first; what only stores less comes before what stores all.
_PREFERENCE = ("binary", "int8-static", "mixed", "int8-dynamic", "fp16", "fp32")
_SAME_MACHINE = {"amd64": "x86_64", "arm64": "aarch64"}  # what Windows and macOS call them


class Bundle(Closing):
    """A bundle whose container, manifest and every digest were checked when it was opened.

    It holds an open handle, not the files: `load` and `read` read what is asked for and check the very
    buffer that they return. `path` is where it was opened; `manifest` what it says.
    """

    def __init__(self, path: Path, source: Source) -> None:
        """Verify `source` in full, without keeping its files. Raises BundleError; closes `source` then."""
        self.path = path
        self._source = source
        try:
            self.manifest: Manifest = decode_manifest(source.manifest())
            check_file_set(source, self.manifest.files)
            for entry in self.manifest.files:
                verify(source, entry)
        except BaseException:
            source.close()
            raise
        self._entries = {entry.path: entry for entry in self.manifest.files}

    @classmethod
    def open(cls, path: str | Path) -> "Bundle":
        """Open and verify a bundle, folder or zip. Raises BundleError naming what is wrong."""
        path = Path(path)
        try:
            return cls(path, _source(path))
        except BundleError as error:
            raise type(error)(f"{path}: {error}") from error

    def load(self, variant: Variant) -> dict[str, bytes]:
        """The variant's files, path -> verified bytes, having passed the guard of their format.

        Raises DigestError, ContainerError, ModelError or LimitError.
        """
        from edgec_runtime.guard import check_models

        files = {path: self.read(path) for path in variant.files}
        check_models(files)
        return files

    def read(self, path: str) -> bytes:
        """One file's verified bytes. Raises FileSetError where there is none, DigestError, ContainerError."""
        entry = self._entries.get(path)
        if entry is None:
            raise FileSetError(f"{self.path} holds no file {path!r}; it has {', '.join(self._entries)}")
        return read_verified(self._source, entry)

    def variant(
        self,
        target: str | None = None,
        precision: str | None = None,
        machine: str | None = None,
        profile: str | None = None,
        flags: Collection[str] | None = None,
    ) -> Variant:
        """The variant for a target, a precision and a machine (as `platform.machine()` names it; this one).

        Without a target, the first in the manifest that this machine can run; without a precision, the one
        with the least work, int8-static first and fp32 last, of those that are not slower than fp32, such as
        binary without its kernels; without a profile, the first that the processor can run. `flags`: its
        instructions as Linux names them; by default this processor's, and none are known of another
        `machine`. Raises VariantError naming what there is.
        """
        if flags is None:
            flags = instructions() if machine is None else ()
        kernels = machine is not None or library.present()
        machine = architecture() if machine is None else _SAME_MACHINE.get(machine.lower(), machine)
        found = list(self.manifest.variants)
        for key, word in (("target", target), ("precision", precision), ("profile", profile)):
            if word is not None:
                found = self._matching(found, key, word)
        found = self._able(self._runnable(found, machine), flags)
        first = [variant for variant in found if variant.target == found[0].target]

        def slow(variant: Variant) -> bool:
            ours = (variant.engine, variant.precision) == ("onnxruntime", "binary")
            return variant.slower_than_fp32 or (ours and not kernels)

        return min(first, key=lambda v: (slow(v), _PREFERENCE.index(v.precision)))

    def close(self) -> None:
        """Release the handle; calling it again does nothing."""
        self._source.close()

    def _matching(self, variants: list[Variant], key: str, word: str) -> list[Variant]:
        found = [variant for variant in variants if getattr(variant, key) == word]
        if not found:
            import difflib

            words = dict.fromkeys(str(getattr(variant, key)) for variant in variants)
            near = difflib.get_close_matches(word, words, 1, cutoff=0.5)
            raise VariantError(
                f"{self.path} has no variant of {key} {word!r}"
                + (f" (did you mean {near[0]!r}?)" if near else "")
                + f"; it has {_listed(self.manifest.variants)}"
            )
        return found

    def _able(self, variants: list[Variant], flags: Collection[str]) -> list[Variant]:
        able = [v for v in variants if has_any(v.instructions, flags)]
        if not able:
            needed = dict.fromkeys(name for variant in variants for name in variant.instructions)
            raise VariantError(
                f"{self.path}: {_listed(variants)} needs a processor with {' or '.join(needed)}, which "
                "this one lacks: build the bundle with --profile portable too"
            )
        return able

    def _runnable(self, variants: list[Variant], machine: str) -> list[Variant]:
        found = [variant for variant in variants if machine in variant.architectures]
        if found:
            return found
        if machine.startswith("arm"):
            raise VariantError(
                f"this is a 32-bit Arm system ({machine}), which is not a target of edgec: "
                "install a 64-bit (aarch64) operating system and Python"
            )
        built = dict.fromkeys(name for variant in variants for name in variant.architectures)
        raise VariantError(
            f"{self.path}: {_listed(variants)} was built for {', '.join(built)}, this machine is {machine}: "
            "build the bundle for a target of this architecture"
        )


def _source(path: Path) -> Source:
    try:
        return (
            FolderSource(path) if path.is_dir() and not path.is_symlink() else ZipSource(open_regular(path))
        )
    except OSError as error:
        _refuse_path(error)
    except ValueError as error:  # a NUL in the path
        raise BundleNotFoundError(f"this is not a path: {error}") from error


def _refuse_path(error: OSError) -> NoReturn:
    if error.errno == errno.ELOOP:
        raise ContainerError("this is a symbolic link: give the path of the bundle itself") from error
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        raise BundleNotFoundError("there is no such file or folder") from error
    raise BundleNotFoundError(f"the bundle cannot be opened: {error.strerror or error}") from error


def _listed(variants: Iterable[Variant]) -> str:
    return ", ".join(f"{v.target} {in_words(v.precision, v.profile)}" for v in variants)
