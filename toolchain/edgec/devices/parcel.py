"""What goes to a device, addressed by its digest: what is there already is not sent again."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from edgec_runtime.bundle import Bundle
from edgec_runtime.format.decode import encode_manifest
from edgec_runtime.format.names import MANIFEST
from edgec_runtime.format.write import zip_parts


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file that goes to `path`, KIND/SHA256/NAME in the device's folder; `size` in bytes."""

    file: Path
    path: str
    size: int

    @classmethod
    def of(cls, kind: Literal["bundles", "wheels"], file: Path, name: str) -> Self:
        """`file`, under `name` on the device."""
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        return cls(file, f"{kind}/{digest}/{name}", file.stat().st_size)


def bundle_parcel(bundle: Bundle, folder: Path) -> Parcel:
    """An opened bundle as one file; that of a folder is written into `folder`. Raises BundleError."""
    manifest = bundle.manifest
    name = f"{manifest.name}-{manifest.version}.edgec"
    file = bundle.path
    if file.is_dir():
        contents = {entry.path: bundle.read(entry.path) for entry in manifest.files}
        file = folder / manifest.digest  # not its name: two bundles may have one
        with file.open("wb") as archive:
            archive.writelines(zip_parts({MANIFEST: encode_manifest(manifest), **contents}))
    return Parcel.of("bundles", file, name)


def wheel_parcels(files: Iterable[Path]) -> list[Parcel]:
    """Wheels under their own names, in which pip reads what they are."""
    return [Parcel.of("wheels", file, file.name) for file in files]


def environment_path(who: dict[str, Any], wheels: Iterable[Parcel]) -> str:
    """Where the virtual environment of these wheels lies; another Python there gives another one."""
    told = [who["executable"], who["python"], sorted(wheel.path for wheel in wheels)]
    return f"environments/{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]}"
