"""Which layers suffer from 8 bits: each is quantized alone."""

import math
from dataclasses import dataclass, replace
from functools import partial
from statistics import fmean

import numpy as np

from edgec.quantize import answers, mean_squared_error, quantize_static
from edgec.tune.trials import Trials
from edgec.tune.workshop import Layers, Workshop
from edgec_runtime.format.profile import PORTABLE

CONFIRMED = 5  # so many of the most sensitive layers are scored on the data as well
MOST_DB = 200.0  # JSON has no infinity


@dataclass(frozen=True)
class Layer:
    """A layer quantized alone, all others in float.

    `proxy_db`: signal to noise of the network's output, in dB, on the calibration samples. `dice_drop`: what
    it costs on the images that are searched on; None where only the proxy was taken.
    """

    name: str
    operator: str
    proxy_db: float
    dice_drop: float | None = None

    @property
    def noise(self) -> float:
        """Power of the noise that it adds, in parts of the signal's."""
        return math.pow(10.0, -self.proxy_db / 10)


def rank(trials: Trials) -> tuple[Layer, ...]:
    """All layers by the proxy, the most sensitive first. Raises QuantizationError."""
    workshop = trials.workshop
    operators = workshop.operators
    found = []
    with trials.progress.step("quantize each layer alone", total=len(operators)) as step:
        for name, operator in operators.items():
            work = partial(proxy_db, workshop, workshop.all_but(name))
            found.append(Layer(name, operator, trials.journal.once(f"proxy {name}", work)))
            step.advance()
    return tuple(sorted(found, key=lambda layer: layer.proxy_db))


def confirm(ranking: tuple[Layer, ...], trials: Trials) -> tuple[Layer, ...]:
    """`ranking`, the first layers with the drop of Dice on the searched part."""
    workshop, first = trials.workshop, ranking[:CONFIRMED]
    reference = fmean(trials.dice(trials.fp32)["searched"])
    found = []
    with trials.progress.step("confirm by Dice", total=len(first)) as step:
        for layer in first:
            work = partial(workshop.dice, workshop.all_but(layer.name), trials.searched)
            dice = trials.journal.once(f"alone {layer.name}", work)
            found.append(replace(layer, dice_drop=reference - fmean(dice)))
            step.advance()
    return (*found, *ranking[CONFIRMED:])


def proxy_db(workshop: Workshop, float_layers: Layers) -> float:
    """Signal to noise of the output with these layers in float: 10 log10(mean square / mean squared error).

    On the job's inputs, in ONNX Runtime with every operator as written; at most MOST_DB.
    """
    job, int8 = workshop.prepared.job, workshop.target.profiles[PORTABLE].int8
    assert job.calibration is not None
    graph = quantize_static(job.graph, job.calibration.ranges_of(job.graph), int8, float_layers=float_layers)
    error = mean_squared_error(answers(graph, job.inputs), job.reference)
    signal = float(np.mean([np.square(answer.astype(np.float64)).mean() for answer in job.reference]))
    if error == 0 or signal == 0:
        return MOST_DB
    return min(MOST_DB, 10 * math.log10(signal / error))
