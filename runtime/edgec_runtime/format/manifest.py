"""The manifest's types: every key of `manifest.json`, with its unit.

The dataclasses are the schema: `decode.py` checks JSON against them and `docs/bundle.schema.json` is
generated from them. Optional keys are present with the value null, so that a manifest has one form; a key
that came later has a default here, and is left out where it has that value: older readers read on.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from edgec_runtime.format.lineage import Lineage

SCHEMA = 1

Colour = Literal["grey", "rgb", "bgr"]
Activation = Literal["none", "sigmoid", "softmax"]
Decision = Literal["threshold", "argmax"]
EngineName = Literal["onnxruntime", "openvino", "tflite"]
Precision = Literal["fp32", "fp16", "int8-dynamic", "int8-static", "mixed", "binary"]
Layout = Literal["NCHW", "NHWC"]

PRECISIONS: tuple[Precision, ...] = get_args(Precision)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of the bundle; `size` in bytes, `sha256` in lower-case hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class InputSpec:
    """What the network takes, and how an image becomes that.

    `Session.run` takes float32 NCHW under `name`; a pixel p of an 8-bit image becomes
    ``(p * scale - mean[c]) / std[c]``. `height` and `width` are null where the network takes any size
    that is a multiple of `multiple_of`.
    """

    name: str
    channels: int
    height: int | None
    width: int | None
    multiple_of: int
    colour: Colour
    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    resize: Literal["bilinear"]


@dataclass(frozen=True, slots=True)
class ClassSpec:
    """A class of the mask: its value is its place in the list; `colour` is RGB, 0 to 255."""

    name: str
    colour: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """What the network gives, and how that becomes a mask.

    `activation` is what remains to be applied to the output to get probabilities (none where the network
    holds it). ``threshold``: channel c is class c + 1 where its probability is at least `threshold`, the
    most probable of several, else class 0. ``argmax``: the most probable channel is the class.
    """

    name: str
    channels: int
    activation: Activation
    decision: Decision
    threshold: float | None
    classes: tuple[ClassSpec, ...]


@dataclass(frozen=True, slots=True)
class TensorFile:
    """A raw little-endian C-order array in a file of the bundle."""

    path: str
    dtype: Literal["float32"]
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Affine:
    """What an int8 stands for: real = scale * (integer - zero_point)."""

    scale: float
    zero_point: int


@dataclass(frozen=True, slots=True)
class Golden:
    """What a variant answers to the bundle's golden input, (N, C, H, W) as `Session.run` gives it.

    A device proves itself when the masks agree on at least `min_agreement` of the pixels and the mean
    absolute difference of the outputs is at most `max_mean_error`.
    """

    output: TensorFile
    min_agreement: float
    max_mean_error: float


@dataclass(frozen=True, slots=True)
class Parity:
    """How far a variant's probabilities are from torch's on the same real samples."""

    samples: int
    max_error: float
    mean_error: float
    mask_agreement: float


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Means over images on the data set `data`, all in 0..1."""

    data: str
    samples: int
    dice: float
    iou: float
    pixel_accuracy: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Variant:
    """The network for one (target, precision, profile).

    `profile`: of the integers, null where it computes in none. `engine_versions`: those it was proven on.
    `architectures`: as `platform.machine()` names them. `instructions`: any one of these the processor must
    have, as Linux names them in /proc/cpuinfo; empty where any processor will do. Of several profiles of one
    target and precision the best stands first.
    `input` and `output` are the engine's own tensor names, `layout` theirs. `input_quantization` and
    `output_quantization`: what their int8 stand for; null where they are float32. `operators`: how many
    operators run in which type, counted in the engine's own optimized graph. `slower_than_fp32`: so it was
    measured where it was built, and kept because somebody insisted; no device chooses it by itself.
    """

    target: str
    precision: Precision
    profile: str | None
    engine: EngineName
    engine_versions: tuple[str, ...]
    min_engine_version: str
    architectures: tuple[str, ...]
    instructions: tuple[str, ...]
    files: tuple[str, ...]
    input: str
    output: str
    layout: Layout
    input_quantization: Affine | None
    output_quantization: Affine | None
    operators: dict[str, int]
    golden: Golden
    parity: Parity | None
    accuracy: Accuracy | None
    slower_than_fp32: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """`manifest.json`. `digest` is the sha256 of the canonical JSON of all the other keys."""

    schema: int
    name: str
    version: str
    digest: str
    parameters: int | None
    lineage: Lineage
    input: InputSpec
    output: OutputSpec
    golden_input: TensorFile
    variants: tuple[Variant, ...]
    files: tuple[FileEntry, ...]
