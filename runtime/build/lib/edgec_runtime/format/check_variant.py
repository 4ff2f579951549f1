"""What a manifest must say of its variants."""

import re
from collections.abc import Mapping, Sequence

from edgec_runtime.errors import FileSetError
from edgec_runtime.format.check_value import (
    check_fraction,
    check_label,
    check_segment,
    check_tensor,
    refuse,
)
from edgec_runtime.format.manifest import Accuracy, Manifest, Parity, Variant

ENGINE_VERSION_PATTERN = r"\d{1,9}(\.\d{1,9}){0,5}"
WORD_LENGTH = 64
MIN_SCALE, MAX_SCALE = 2.0**-126, 2.0**127  # normal in float32, as 1 / scale is, or nearly
_ENGINE_VERSION = re.compile(ENGINE_VERSION_PATTERN, re.ASCII)
_SUFFIX = {
    "onnxruntime": "one file .onnx",
    "tflite": "one file .tflite",
    "openvino": "one file .xml and one .bin",
}
_SUFFIXES = {"onnxruntime": ["onnx"], "tflite": ["tflite"], "openvino": ["bin", "xml"]}


def check_variants(manifest: Manifest, sizes: Mapping[str, int]) -> None:
    """`sizes` maps each listed path to its bytes. Raises ManifestError, FileSetError or LimitError."""
    if not manifest.variants:
        refuse("variants", manifest.variants, "at least one")
    _check_distinct(manifest.variants)
    for i, variant in enumerate(manifest.variants):
        where = f"variants[{i}]"
        _check_identity(variant, where)
        _check_model(variant, where, sizes)
        _check_golden(variant, where, manifest, sizes)
        if variant.parity is not None:
            _check_parity(variant.parity, f"{where}.parity")
        if variant.accuracy is not None:
            _check_accuracy(variant.accuracy, f"{where}.accuracy")


def _check_distinct(variants: Sequence[Variant]) -> None:
    names: set[tuple[str, str, str | None]] = set()
    processors: set[tuple[str, str, frozenset[str], frozenset[str]]] = set()
    for i, variant in enumerate(variants):
        name = (variant.target, variant.precision, variant.profile)
        processor = (*name[:2], frozenset(variant.architectures), frozenset(variant.instructions))
        if name in names:
            refuse(f"variants[{i}]", name, "one variant for each target, precision and profile")
        if processor in processors:
            refuse(f"variants[{i}]", name, "one variant for each target, precision and kind of processor")
        names.add(name)
        processors.add(processor)


def _check_identity(variant: Variant, where: str) -> None:
    check_segment(f"{where}.target", variant.target)
    if variant.profile is not None:
        check_segment(f"{where}.profile", variant.profile)
    if _ENGINE_VERSION.fullmatch(variant.min_engine_version) is None:
        refuse(f"{where}.min_engine_version", variant.min_engine_version, "numbers and points, such as 1.17")
    for key, words in (
        ("engine_versions", variant.engine_versions),
        ("architectures", variant.architectures),
    ):
        if not words or not _are_words(words):
            refuse(f"{where}.{key}", words, "at least one word, none empty or long, none twice")
    if not _are_words(variant.instructions):
        refuse(f"{where}.instructions", variant.instructions, "words, none empty or long, none twice")


def _are_words(words: Sequence[str]) -> bool:
    return all(1 <= len(word) <= WORD_LENGTH for word in words) and len(set(words)) == len(words)


def _check_model(variant: Variant, where: str, sizes: Mapping[str, int]) -> None:
    for path in variant.files:
        if path not in sizes:
            raise FileSetError(f"manifest: {where}.files names {path!r}, which is not in files")
    if sorted(path.rpartition(".")[2] for path in variant.files) != _SUFFIXES[variant.engine]:
        refuse(
            f"{where}.files", variant.files, f"{_SUFFIX[variant.engine]}, as the engine is {variant.engine}"
        )
    if len({path.rpartition(".")[0] for path in variant.files}) != 1:
        refuse(f"{where}.files", variant.files, "files whose paths differ in the suffix only")
    check_label(f"{where}.input", variant.input)
    check_label(f"{where}.output", variant.output)
    _check_ends(variant, where)
    for name, count in variant.operators.items():
        if count < 0:
            refuse(f"{where}.operators.{name}", count, "a number of operators, not negative")


def _check_ends(variant: Variant, where: str) -> None:
    ends = {"input": variant.input_quantization, "output": variant.output_quantization}
    for end, affine in ends.items():
        if affine is None:
            continue
        key = f"{where}.{end}_quantization"
        if variant.engine != "tflite":
            refuse(key, affine, f"null, as the engine is {variant.engine}")
        if not MIN_SCALE <= affine.scale <= MAX_SCALE:
            refuse(f"{key}.scale", affine.scale, "a number above 0 that a float32 holds")
        if not -128 <= affine.zero_point <= 127:
            refuse(f"{key}.zero_point", affine.zero_point, "an int8")


def _check_golden(variant: Variant, where: str, manifest: Manifest, sizes: Mapping[str, int]) -> None:
    golden = variant.golden
    check_tensor(f"{where}.golden.output", golden.output, sizes)
    images, channels = manifest.golden_input.shape[0], manifest.output.channels
    shape = golden.output.shape
    if len(shape) != 4 or shape[:2] != (images, channels):
        refuse(f"{where}.golden.output.shape", shape, f"({images}, {channels}, height, width)")
    check_fraction(f"{where}.golden.min_agreement", golden.min_agreement)
    if not golden.max_mean_error >= 0:
        refuse(f"{where}.golden.max_mean_error", golden.max_mean_error, "0 or more")


def _check_parity(parity: Parity, where: str) -> None:
    if parity.samples < 1:
        refuse(f"{where}.samples", parity.samples, "at least 1")
    for key, error in (("max_error", parity.max_error), ("mean_error", parity.mean_error)):
        if not error >= 0:
            refuse(f"{where}.{key}", error, "0 or more")
    check_fraction(f"{where}.mask_agreement", parity.mask_agreement)


def _check_accuracy(accuracy: Accuracy, where: str) -> None:
    if accuracy.samples < 1:
        refuse(f"{where}.samples", accuracy.samples, "at least 1")
    for key in ("dice", "iou", "pixel_accuracy", "precision", "recall"):
        check_fraction(f"{where}.{key}", getattr(accuracy, key))
