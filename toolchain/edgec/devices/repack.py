"""edgec-runtime as a wheel of the very files that are imported here, installed or editable."""

import base64
import hashlib
import zipfile
from importlib import metadata
from pathlib import Path

import edgec_runtime
from edgec.errors import DeviceError

DISTRIBUTION = "edgec-runtime"
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file: the same sources give the same bytes
WHEEL = "Wheel-Version: 1.0\nGenerator: edgec\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def runtime_wheel(folder: Path) -> Path:
    """Write the wheel into `folder`, by the binary distribution format (PEP 427).

    Raises DeviceError where the distribution is not installed.
    """
    try:
        distribution = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError as error:
        raise DeviceError(f"{DISTRIBUTION} is not installed here: pip install {DISTRIBUTION}") from error
    name = f"edgec_runtime-{distribution.version}"
    contents = _sources() | {
        f"{name}.dist-info/METADATA": (distribution.read_text("METADATA") or "").encode(),
        f"{name}.dist-info/WHEEL": WHEEL.encode(),
    }
    if (licence := distribution.read_text("licenses/LICENSE")) is not None:
        contents[f"{name}.dist-info/licenses/LICENSE"] = licence.encode()
    record = f"{name}.dist-info/RECORD"
    lines = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in contents.items()]
    contents[record] = "\n".join([*lines, f"{record},,\n"]).encode()
    path = folder / f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for each, data in contents.items():
            wheel.writestr(zipfile.ZipInfo(each, EPOCH), data, zipfile.ZIP_DEFLATED)
    return path


def _sources() -> dict[str, bytes]:
    package = Path(edgec_runtime.__file__).parent
    files = (path for path in sorted(package.rglob("*")) if path.suffix in (".py", ".typed"))
    return {path.relative_to(package.parent).as_posix(): path.read_bytes() for path in files}


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
