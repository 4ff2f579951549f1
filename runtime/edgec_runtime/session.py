"""Session: a bundle's network, loaded: an image in, a mask out."""

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Self

from edgec_runtime import feeds as arrays
from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import Choice, choose
from edgec_runtime.closing import Closing
from edgec_runtime.engine import Array, Engine, LoadOptions
from edgec_runtime.errors import EngineError, UsageError
from edgec_runtime.format.manifest import Manifest, Precision, Variant
from edgec_runtime.image import Image, prepare
from edgec_runtime.integers import to_integers, to_reals
from edgec_runtime.machine import cores
from edgec_runtime.mask import Mask, probabilities, to_mask
from edgec_runtime.resize import resize

_BEFORE_FLOATS: dict[Precision, str] = {
    "fp32": "",
    "fp16": "f16 weights, ",
    "int8-dynamic": "int8 weights, ",
    "int8-static": "int8+",
    "mixed": "int8+",
}


class Session(Closing):
    """One variant of a bundle in its engine. Use it in a `with` statement, from one thread at a time."""

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        target: str | None = None,
        precision: str | None = None,
        threads: int | None = None,
        exact: bool = False,
        profile: str | None = None,
    ) -> Self:
        """Verify the bundle at `path` and load one of its variants.

        `target` and `precision`: those to run; by default the first target that this machine can run, in
        the precision that its engine prefers. `threads`: the engine's compute threads, by default one for
        each core. `exact`: no bf16 or f16 that the engine chose by itself. `profile`: of the integers, by
        default the first that this processor can run.

        Raises BundleError (each refusal is one of its kinds), EngineMissingError, EngineVersionError,
        EngineError, UsageError.
        """
        with Bundle.open(Path(path)) as bundle:
            choice = choose(bundle, target, precision, profile)
            return cls.load(bundle, choice, threads, exact)

    @classmethod
    def load(cls, bundle: Bundle, choice: Choice, threads: int | None = None, exact: bool = False) -> Self:
        """Load a variant of an open bundle, which may be closed afterwards. Raises as `open` does."""
        if threads is not None and threads < 1:
            raise UsageError(f"threads is {threads}: give 1 or more")
        # Sums of signs are whole numbers, which fewer bits do not hold.
        options = LoadOptions(threads or cores(), exact or choice.variant.precision == "binary")
        files = {PurePosixPath(path).name: data for path, data in bundle.load(choice.source).items()}
        return cls(bundle.manifest, choice, choice.implementation.load_module().load(files, options), options)

    def __init__(self, manifest: Manifest, choice: Choice, engine: Engine, options: LoadOptions) -> None:
        """Made by `open` and `load`."""
        self.manifest = manifest
        self.variant: Variant = choice.variant
        self.threads = options.threads
        self.engine = engine
        self._input, self._output = choice.source.input, choice.source.output
        self._nhwc = choice.source.layout == "NHWC"
        self._taken, self._given = choice.source.input_quantization, choice.source.output_quantization

    @property
    def precision_in_force(self) -> str:
        """What the engine computes in: 'f32', 'bf16' or 'f16'.

        'int8+f32' where the network is quantized; 'f16 weights, f32' and 'int8 weights, f32' where only the
        weights are stored in less, 'binary weights, f32' where those are bits. 'binary (kernel), f32' where
        bits are computed with, by our kernels, or 'binary (function body), f32' where those are not here;
        'binary (BinaryConvolution), f32' in OpenVINO.
        """
        if self.variant.precision == "binary":
            path = getattr(self.engine, "binary", None)
            return f"binary{' weights' if path is None else f' ({path})'}, {self.engine.precision}"
        return _BEFORE_FLOATS[self.variant.precision] + self.engine.precision

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Input name -> float32 (N, C, H, W), to output name -> float32 (N, C', H', W').

        The names are those of `manifest.input` and `manifest.output`, the values what the network itself
        takes and gives: prepare images with `edgec_runtime.image.prepare`, or call `segment`.
        Raises InputError for what the network cannot take, EngineError where the engine fails.
        """
        array = arrays.checked(feeds, self.manifest.input)
        feed = arrays.to_nhwc(array) if self._nhwc else array
        found = self.engine.run(
            {self._input: feed if self._taken is None else to_integers(feed, self._taken)}
        )
        if self._output not in found:
            raise EngineError(
                f"the network gives {', '.join(found)}, not {self._output!r}: build the bundle again"
            )
        output = to_reals(found[self._output], self._given)
        return {self.manifest.output.name: arrays.to_nchw(output) if self._nhwc else output}

    def segment(self, image: Image) -> Mask:
        """HxW or HxWxC uint8 (1 grey, 3 RGB, 4 RGBA) in any size -> HxW uint8, the class of each pixel.

        Raises InputError for anything but such an image.
        """
        return to_mask(self._answer(image), self.manifest.output, (image.shape[0], image.shape[1]))

    def probabilities(self, image: Image) -> Array:
        """An image as `segment` takes it -> (C, H, W) float32 in 0..1 at the image's own size."""
        found = probabilities(self._answer(image), self.manifest.output)[0]
        scaled: Array = resize(found.transpose(1, 2, 0), (image.shape[0], image.shape[1]))
        return scaled.transpose(2, 0, 1)

    def close(self) -> None:
        """Release the engine."""
        self.engine.close()

    def _answer(self, image: Image) -> Array:
        spec = self.manifest.input
        return self.run({spec.name: prepare(image, spec)})[self.manifest.output.name]
