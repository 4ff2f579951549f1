"""The toolchain's branch of the tree of errors; the root and the device side's are in edgec_runtime.errors.

::

    EdgecError
    |-- (UsageError, InputError, BundleError, EngineError, SelftestError: edgec_runtime.errors)
    `-- WorkstationError
        |-- ModelSourceError        --model names nothing that can be built
        |-- CheckpointError         weights that do not fit, are damaged or are not finite
        |-- DataError               a folder of images that cannot be used
        |-- TrainingError           a training that diverged, or a run that cannot go on
        |-- ExportError             torch or ONNX could not express the network
        |-- GraphError              a graph breaks the contract of a pass
        |-- UnsupportedOperatorError    a target's engine has no such operator
        |-- CalibrationError        samples or ranges that cannot be used (edgec_calibration.errors)
        |-- QuantizationError       ranges or types that cannot be quantized
        |-- EmulatorError           the emulator is not set up, or the machine lacks what it needs
        |-- HistoryError            a file that is not a history, or one that cannot be read or written
        |-- ParityError             a step changed what the network says
        |-- MeasurementsError       recorded numbers that are damaged, or of another machine
        |-- OutputError             the result could not be written
        `-- DeviceError             a device that cannot be reached, or not be used
"""

from edgec_runtime.errors import EdgecError, UsageError, WorkstationError

__all__ = [
    "CheckpointError",
    "DataError",
    "DeviceError",
    "EdgecError",
    "EmulatorError",
    "ExportError",
    "GraphError",
    "HistoryError",
    "MeasurementsError",
    "ModelSourceError",
    "OutputError",
    "ParityError",
    "QuantizationError",
    "TrainingError",
    "UnsupportedOperatorError",
    "UsageError",
    "WorkstationError",
]


class ModelSourceError(WorkstationError):
    """--model names nothing that can be built."""


class CheckpointError(WorkstationError):
    """Weights that do not fit, are damaged or are not finite."""


class DataError(WorkstationError):
    """A folder of images that cannot be used."""


class TrainingError(WorkstationError):
    """A training that diverged, or a run that cannot go on."""


class ExportError(WorkstationError):
    """Torch or ONNX could not express the network."""


class GraphError(WorkstationError):
    """A graph breaks the contract of a pass."""


class UnsupportedOperatorError(WorkstationError):
    """A target's engine has no such operator; the message names it."""


class QuantizationError(WorkstationError):
    """Ranges or types that cannot be quantized."""


class EmulatorError(WorkstationError):
    """The emulator is not set up, or the machine lacks what it needs; the message names the command."""


class HistoryError(WorkstationError):
    """A file that is not a history, or one that cannot be read or written."""


class ParityError(WorkstationError):
    """A step changed what the network says."""


class MeasurementsError(WorkstationError):
    """Recorded numbers that are damaged, or of another machine."""


class OutputError(WorkstationError):
    """The result could not be written: disk full, no permission, or a version that differs exists."""


class DeviceError(WorkstationError):
    """A device that cannot be reached, or not be used; the message names it."""
