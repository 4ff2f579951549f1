"""What a step may cost: one table, and where each number comes from."""

from dataclasses import dataclass
from math import inf

from edgec.verify.comparison import MAX_FP32_ERROR, Comparison
from edgec_runtime.format.manifest import Precision


@dataclass(frozen=True)
class Limits:
    """The most and the least that a comparison may show; errors in probability, `dice_drop` in 0..1.

    `node_snr_db` is for one node, fed the same tensors, in the tensor's own units.
    """

    max_error: float
    mean_error: float
    snr_db: float
    cosine: float
    mask_agreement: float
    dice_drop: float
    node_snr_db: float

    def broken(self, found: Comparison) -> list[str]:
        """A few words for each limit that `found` breaks; NaN breaks all.

        Masks count only where probabilities differ by more than in fp32: one that is the threshold itself, as
        logit 0 is among 256 integers for many pixels, falls on either side by the order of a sum.
        """
        same = found.max_error <= MAX_FP32_ERROR
        checks = [
            (found.max_error <= self.max_error, f"max error {found.max_error:.2g} > {self.max_error:g}"),
            (found.mean_error <= self.mean_error, f"mean error {found.mean_error:.2g} > {self.mean_error:g}"),
            (found.snr_db >= self.snr_db, f"SNR {found.snr_db:.1f} dB < {self.snr_db:g} dB"),
            (found.cosine >= self.cosine, f"cosine {found.cosine:.4f} < {self.cosine:g}"),
            (
                same or found.mask_agreement >= self.mask_agreement,
                f"mask agreement {100 * found.mask_agreement:.2f} % < {100 * self.mask_agreement:g} %",
            ),
        ]
        return [words for holds, words in checks if not holds]


# Max error: the build's own limit for fp32, from which the other numbers follow. One node: 126 dB and more on
# `unet_light`.
FLOAT = Limits(MAX_FP32_ERROR, MAX_FP32_ERROR, 60, 0.9999, 0.999, 1e-3, 80)

# Weights of 11 bits, half a unit off at most. On `unet_light` the largest error of a pixel is 7e-3, the mean
# 1e-5, the SNR 68 dB, and that of a node 66 dB and more.
HALF = Limits(2e-2, 2e-4, 50, 0.9999, 0.998, 1e-3, 50)

# SNR and cosine as Polygraphy's comparison has them; Dice as NNCF's max_drop. A pixel at an edge may be
# wholly wrong, so there is no limit to the largest error. One node: 18 dB and more on `unet_light`, and about
# 0 where a scale or a weight is wrong.
QUANTIZED = Limits(inf, 2e-2, 20, 0.997, 0.98, 1e-2, 10)

# Engines round integers differently, by one step at most; mean error and masks as in the bundle's golden
# test. On `unet_light` the SNR is 35 dB and more; of one node 37 dB and more (TFLite's Concat, which rounds a
# second time), and 57 dB in the other engines.
INTEGER = Limits(inf, 2e-2, 25, 0.998, 0.99, 5e-3, 25)

# The same numbers as signs and int8: nothing is rounded that the float network does not round.
_GRAPH: dict[str, Limits] = {"fp32": FLOAT, "fp16": HALF, "binary": FLOAT}
_ENGINE: dict[str, Limits] = {
    "fp32": FLOAT,
    "fp16": FLOAT,
    "binary": FLOAT,
}  # engines are told to compute in f32


def graph_limits(precision: Precision) -> Limits:
    """What a precision may cost against the float network, in the graph and in all."""
    return _GRAPH.get(precision, QUANTIZED)


def engine_limits(precision: Precision) -> Limits:
    """What an engine may differ from the graph that it was given."""
    return _ENGINE.get(precision, INTEGER)
