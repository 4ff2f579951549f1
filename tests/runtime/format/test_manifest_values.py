"""Each value that a manifest may not have, in its place."""

from collections.abc import Callable

import pytest
from sample_bundle import (
    GOLDEN_INPUT,
    ONNX_FILE,
    with_manifest,
)
from tests.runtime.format.manifests import Content, put, refused

from edgec_runtime.errors import (
    BundleError,
    FileSetError,
    LimitError,
    ManifestError,
)
from edgec_runtime.format.decode import decode_manifest

LONG = "a" * 300
NO_QUANTIZATION: list[tuple[str, float]] = [
    ("scale", 0.0),
    ("scale", -0.5),
    ("scale", 1e-300),
    ("scale", 1e300),
    ("zero_point", 128),
    ("zero_point", -129),
]
VALUES: list[tuple[Callable[[Content], object], type[BundleError], str]] = [
    (put("name", to="../up"), ManifestError, "name is '../up'"),
    (put("name", to=""), ManifestError, "name is ''"),
    (put("name", to="Tiny"), ManifestError, "name is 'Tiny'"),
    (put("version", to="1.0"), ManifestError, "a semantic version"),
    (put("version", to="01.0.0"), ManifestError, "a semantic version"),
    (put("version", to="1.0.0\u0661"), ManifestError, "a semantic version"),
    (put("version", to="1.0.0-" + LONG), ManifestError, "a semantic version"),
    (put("parameters", to=-1), ManifestError, "parameters is -1"),
    (put("lineage", "recipe_sha256", to="0" * 63), ManifestError, "lineage.recipe_sha256"),
    (put("lineage", "recipe_sha256", to="A" * 64), ManifestError, "lineage.recipe_sha256"),
    (put("lineage", "checkpoint_sha256", to=""), ManifestError, "lineage.checkpoint_sha256"),
    (put("lineage", "samples_sha256", to="x"), ManifestError, "lineage.samples_sha256"),
    (put("files", 0, "path", to="../x"), ManifestError, "files[0].path is '../x'"),
    (put("files", 0, "path", to="manifest.json"), ManifestError, "this one is reserved"),
    (put("files", 0, "path", to="bundle.sig"), ManifestError, "this one is reserved"),
    (put("files", 0, "path", to="bundle.sig/x"), ManifestError, "this one is reserved"),
    (put("files", 0, "size", to=-1), ManifestError, "files[0].size is -1"),
    (put("files", 0, "sha256", to="0"), ManifestError, "files[0].sha256"),
    (lambda c: c["files"].reverse(), ManifestError, "ascending, none twice"),
    (lambda c: c["files"].append(c["files"][-1]), ManifestError, "ascending, none twice"),
    (put("files", 0, "path", to="golden"), ManifestError, "which is a file itself"),
    (
        put("files", to=[{"path": f"f{i:03}", "size": 0, "sha256": "0" * 64} for i in range(257)]),
        LimitError,
        "257",
    ),
    (put("files", 0, "size", to=1 << 30), LimitError, "at most 1073741824"),
    (put("files", to=[]), FileSetError, "golden_input.path"),
    (put("input", "name", to=""), ManifestError, "input.name"),
    (put("input", "name", to=LONG), ManifestError, "input.name"),
    (
        put("input", "channels", to=3),
        ManifestError,
        "input.channels is 3; expected 1, as input.colour is 'grey'",
    ),
    (put("input", "colour", to="rgb"), ManifestError, "input.channels is 1; expected 3"),
    (put("input", "mean", to=[0.0, 0.0]), ManifestError, "input.mean"),
    (put("input", "std", to=[]), ManifestError, "input.std"),
    (put("input", "std", to=[0.0]), ManifestError, "input.std"),
    (put("input", "std", to=[-1.0]), ManifestError, "input.std"),
    (put("input", "scale", to=0.0), ManifestError, "input.scale"),
    (put("input", "multiple_of", to=0), ManifestError, "input.multiple_of"),
    (put("input", "multiple_of", to=1 << 30), ManifestError, "input.multiple_of"),
    (put("input", "height", to=None), ManifestError, "both given or both null"),
    (put("input", "height", to=0), ManifestError, "input.height"),
    (put("input", "height", to=1 << 25), ManifestError, "input.height"),
    (put("input", "height", to=-8), ManifestError, "input.height"),
    (put("input", "multiple_of", to=3), ManifestError, "input.height is 8; expected a multiple of 3"),
    (put("input", "width", to=16), ManifestError, "golden_input.shape"),
    (put("output", "name", to=""), ManifestError, "output.name"),
    (put("output", "channels", to=0), ManifestError, "output.channels"),
    (put("output", "channels", to=2), ManifestError, "output.classes"),
    (put("output", "decision", to="argmax"), ManifestError, "output.threshold is 0.5; expected null"),
    (put("output", "threshold", to=None), ManifestError, "output.threshold is None"),
    (put("output", "threshold", to=1.0), ManifestError, "output.threshold is 1.0"),
    (put("output", "classes", to=[]), ManifestError, "output.classes is []; expected 2"),
    (put("output", "classes", 0, "name", to=""), ManifestError, "output.classes[0].name"),
    (put("output", "classes", 0, "name", to=LONG), ManifestError, "output.classes[0].name"),
    (put("output", "classes", 1, "colour", to=[0, 0]), ManifestError, "output.classes[1].colour"),
    (put("output", "classes", 1, "colour", to=[0, 0, 256]), ManifestError, "output.classes[1].colour"),
    (put("output", "classes", 1, "colour", to=[0, 0, -1]), ManifestError, "output.classes[1].colour"),
    (put("golden_input", "path", to="nowhere"), FileSetError, "golden_input.path is 'nowhere'"),
    (put("golden_input", "shape", to=[]), LimitError, "golden_input.shape has rank 0"),
    (put("golden_input", "shape", to=[1] * 9), LimitError, "golden_input.shape has rank 9"),
    (put("golden_input", "shape", to=[1, 1, 0, 8]), LimitError, "golden_input.shape is (1, 1, 0, 8)"),
    (put("golden_input", "shape", to=[1, 1, -8, 8]), LimitError, "golden_input.shape is"),
    (put("golden_input", "shape", to=[1, 1, 1 << 25, 1]), LimitError, "golden_input.shape is"),
    (put("golden_input", "shape", to=[1 << 24] * 8), LimitError, "at most 2147483648"),
    (
        put("golden_input", "shape", to=[1, 1, 8, 16]),
        ManifestError,
        "golden_input.shape is (1, 1, 8, 16); expected",
    ),
    (put("golden_input", "shape", to=[1, 64]), ManifestError, "golden_input.shape is (1, 64)"),
    (put("golden_input", "shape", to=[8, 8, 1, 1]), ManifestError, "golden_input.shape is (8, 8, 1, 1)"),
    (put("golden_input", "dtype", to="object"), ManifestError, "golden_input.dtype is 'object'"),
    (put("variants", to=[]), ManifestError, "variants is (); expected at least one"),
    (put("variants", 1, "target", to="cpu"), ManifestError, "for each target, precision and profile"),
    (
        lambda c: c["variants"][1].update(target="cpu", profile="other"),
        ManifestError,
        "for each target, precision and kind of processor",
    ),
    (
        lambda c: c["variants"][1].update(target="cpu", instructions=["avx_vnni"]),
        ManifestError,
        "for each target, precision and profile",
    ),
    (put("variants", 0, "profile", to=""), ManifestError, "variants[0].profile"),
    (put("variants", 0, "profile", to="a/b"), ManifestError, "variants[0].profile"),
    (put("variants", 0, "profile", to=LONG), ManifestError, "variants[0].profile"),
    (put("variants", 0, "instructions", to=[""]), ManifestError, "variants[0].instructions"),
    (put("variants", 0, "instructions", to=["a" * 65]), ManifestError, "variants[0].instructions"),
    (put("variants", 0, "instructions", to=["a", "a"]), ManifestError, "variants[0].instructions"),
    (put("variants", 0, "target", to="../cpu"), ManifestError, "variants[0].target"),
    (put("variants", 0, "min_engine_version", to="latest"), ManifestError, "variants[0].min_engine_version"),
    (put("variants", 0, "engine_versions", to=[]), ManifestError, "variants[0].engine_versions"),
    (put("variants", 0, "engine_versions", to=["1", "1"]), ManifestError, "variants[0].engine_versions"),
    (put("variants", 0, "architectures", to=[]), ManifestError, "variants[0].architectures"),
    (put("variants", 0, "architectures", to=[""]), ManifestError, "variants[0].architectures"),
    (put("variants", 0, "files", to=[]), ManifestError, "variants[0].files"),
    (
        put("variants", 0, "files", to=["nowhere.onnx"]),
        FileSetError,
        "variants[0].files names 'nowhere.onnx'",
    ),
    (
        put("variants", 0, "files", to=[GOLDEN_INPUT]),
        ManifestError,
        "one file .onnx, as the engine is onnxruntime",
    ),
    (put("variants", 0, "files", to=[ONNX_FILE] * 2), ManifestError, "one file .onnx"),
    (
        put("variants", 1, "files", to=["openvino/fp32/model.xml"]),
        ManifestError,
        "one file .xml and one .bin",
    ),
    (put("variants", 1, "files", 0, to="golden/input.bin"), ManifestError, "differ in the suffix only"),
    (put("variants", 0, "engine", to="tflite"), ManifestError, "one file .tflite, as the engine is tflite"),
    (put("variants", 0, "input", to=""), ManifestError, "variants[0].input"),
    (put("variants", 0, "output", to=LONG), ManifestError, "variants[0].output"),
    (put("variants", 0, "layout", to="CHW"), ManifestError, "variants[0].layout"),
    *(
        (
            put("variants", 2, f"{end}_quantization", to={"scale": 0.5, "zero_point": 0} | {key: value}),
            ManifestError,
            f"variants[2].{end}_quantization.{key} is {value}",
        )
        for end in ("input", "output")
        for key, value in NO_QUANTIZATION
    ),
    (
        put("variants", 0, "input_quantization", to={"scale": 0.5, "zero_point": 0}),
        ManifestError,
        "expected null, as the engine is onnxruntime",
    ),
    (put("variants", 0, "operators", "f32", to=-1), ManifestError, "variants[0].operators.f32 is -1"),
    (
        put("variants", 0, "golden", "output", "path", to="nowhere"),
        FileSetError,
        "variants[0].golden.output.path",
    ),
    (
        put("variants", 0, "golden", "output", "shape", to=[1, 2, 4, 8]),
        ManifestError,
        "expected (1, 1, height, width)",
    ),
    (
        put("variants", 0, "golden", "output", "shape", to=[64]),
        ManifestError,
        "expected (1, 1, height, width)",
    ),
    (
        put("variants", 0, "golden", "min_agreement", to=1.5),
        ManifestError,
        "variants[0].golden.min_agreement",
    ),
    (
        put("variants", 0, "golden", "max_mean_error", to=-0.1),
        ManifestError,
        "variants[0].golden.max_mean_error",
    ),
    (put("variants", 0, "parity", "samples", to=0), ManifestError, "variants[0].parity.samples"),
    (put("variants", 0, "parity", "max_error", to=-1.0), ManifestError, "variants[0].parity.max_error"),
    (
        put("variants", 0, "parity", "mask_agreement", to=2.0),
        ManifestError,
        "variants[0].parity.mask_agreement",
    ),
    (put("variants", 0, "accuracy", "samples", to=0), ManifestError, "variants[0].accuracy.samples"),
    (put("variants", 0, "accuracy", "dice", to=93.1), ManifestError, "variants[0].accuracy.dice"),
    (
        lambda c: c["variants"].pop(),
        FileSetError,
        "'golden/tflite/fp32.bin', which nothing in the manifest uses",
    ),
]


@pytest.mark.parametrize(
    ("change", "kind", "words"), VALUES, ids=[f"{i} {words}" for i, (*_, words) in enumerate(VALUES)]
)
def test_values(change: Callable[[Content], object], kind: type[BundleError], words: str) -> None:
    refused(change, kind, words)


ALLOWED = [
    put("parameters", to=None),
    put("variants", 0, "parity", to=None),
    put("variants", 0, "accuracy", to=None),
    put("version", to="1.0.0-rc.1+build.5"),
    put("lineage", "recipe", to={}),
    put("variants", 0, "operators", to={}),
    put("variants", 0, "profile", to="x86-vnni"),
    put("variants", 0, "instructions", to=["avx512_vnni", "avx_vnni"]),
    lambda c: c["variants"][1].update(target="cpu", profile="other", instructions=["avx_vnni"]),
    lambda c: c["variants"][1].update(target="cpu", profile="other", architectures=["aarch64"]),
    put("variants", 2, "input_quantization", to={"scale": 1 / 255, "zero_point": -128}),
    lambda c: c["input"].update(height=None, width=None, multiple_of=8),
]


@pytest.mark.parametrize("change", ALLOWED)
def test_allowed(change: Callable[[Content], object]) -> None:
    decode_manifest(with_manifest(change))
