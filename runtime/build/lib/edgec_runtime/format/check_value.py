"""Checks of single values of a manifest; `where` names the key, as in ``variants[2].golden.output.shape``."""

import math
import re
from collections.abc import Mapping
from typing import NoReturn

from edgec_runtime.errors import FileSetError, LimitError, ManifestError
from edgec_runtime.format import limits
from edgec_runtime.format.manifest import TensorFile
from edgec_runtime.format.names import segment_problem

LABEL_LENGTH = 256
SHA256_PATTERN = "[0-9a-f]{64}"
VERSION_PATTERN = (  # semver.org, without its groups
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
    r"(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?"
)
_SHA256 = re.compile(SHA256_PATTERN)
_VERSION = re.compile(VERSION_PATTERN, re.ASCII)


def refuse(where: str, value: object, wanted: str) -> NoReturn:
    """Raise the ManifestError for a value that is not what it must be."""
    raise ManifestError(f"manifest: {where} is {value!r}; expected {wanted}")


def check_version(version: str) -> None:
    """Raises ManifestError where `version` is not a semantic version of at most 64 characters."""
    if len(version) > 64 or _VERSION.fullmatch(version) is None:
        refuse("version", version[:80], "a semantic version such as 1.0.0")


def check_segment(where: str, name: str) -> None:
    """Raises ManifestError where `name` cannot be one part of a path."""
    problem = segment_problem(name)
    if problem is not None:
        refuse(where, name, f"a name of the bundle's form: it {problem}")


def check_sha256(where: str, value: str) -> None:
    """Raises ManifestError where `value` is not a sha256 in hex."""
    if _SHA256.fullmatch(value) is None:
        refuse(where, value, "a sha256 of 64 lower-case hex digits")


def check_label(where: str, name: str) -> None:
    """Raises ManifestError where `name` is empty or long: the name of a class, an input or an output."""
    if not 1 <= len(name) <= LABEL_LENGTH:
        refuse(where, name[:80], f"a name of 1 to {LABEL_LENGTH} characters")


def check_fraction(where: str, value: float) -> None:
    """Raises ManifestError where `value` is not in 0..1."""
    if not 0 <= value <= 1:
        refuse(where, value, "a number from 0 to 1")


def check_tensor(where: str, tensor: TensorFile, sizes: Mapping[str, int]) -> None:
    """Raises FileSetError, LimitError or ManifestError where the array is not that of its file."""
    if tensor.path not in sizes:
        raise FileSetError(f"manifest: {where}.path is {tensor.path!r}, which is not in files")
    shape, size = tensor.shape, sizes[tensor.path]
    if not 1 <= len(shape) <= limits.TENSOR_RANK:
        raise LimitError(
            f"manifest: {where}.shape has rank {len(shape)}; 1 to {limits.TENSOR_RANK} are allowed"
        )
    if not all(1 <= dimension <= limits.TENSOR_DIMENSION for dimension in shape):
        raise LimitError(
            f"manifest: {where}.shape is {shape}; each must be from 1 to {limits.TENSOR_DIMENSION}"
        )
    needed = 4 * math.prod(shape)
    if needed > limits.TENSOR_BYTES:
        raise LimitError(
            f"manifest: {where}.shape needs {needed} bytes, at most {limits.TENSOR_BYTES} are allowed"
        )
    if needed != size:
        refuse(
            f"{where}.shape", shape, f"one of {size} bytes, the size of {tensor.path!r}; this needs {needed}"
        )
