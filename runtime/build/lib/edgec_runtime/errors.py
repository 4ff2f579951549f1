"""Every error that edgec raises for a reason a person can mend, as one tree.

::

    EdgecError                      exit code 2 unless said otherwise
    |-- UsageError                  a word, option or combination that is not possible
    |-- InputError                  an image or array that the network cannot take
    |-- BundleError                 a bundle that is refused
    |   |-- BundleNotFoundError         there is no such file or folder
    |   |-- ContainerError              the bytes are not the canonical zip or folder
    |   |-- LimitError                  larger, deeper or more than the format allows
    |   |-- ManifestError               the manifest is not what the format says
    |   |   `-- SchemaVersionError          written by an edgec that is newer (or too old)
    |   |-- FileSetError                a file is missing, or present and not named
    |   |-- DigestError                 a file is not the one that the manifest names
    |   |-- ModelError                  a network that could harm or stall the engine
    |   `-- VariantError                no variant fits this target, precision or machine
    |-- EngineError                 the inference engine could not do its part
    |   |-- EngineMissingError          not installed
    |   `-- EngineVersionError          installed, but too old
    |-- SelftestError               the golden outputs were not met; exit code 1
    `-- WorkstationError            raised by the toolchain: drawn in edgec/errors.py

A message says what was wrong, where, and what to do about it.
"""


class EdgecError(Exception):
    """The root; `exit_code` is what a command line ends with."""

    exit_code = 2


class UsageError(EdgecError):
    """A word, option or combination that is not possible."""


class InputError(EdgecError):
    """An image or array that the network cannot take: shape, dtype, NaN, unreadable file."""


class BundleError(EdgecError):
    """A bundle that is refused."""


class BundleNotFoundError(BundleError):
    """There is no such file or folder."""


class ContainerError(BundleError):
    """The bytes are not the canonical zip, or the folder is not the canonical folder."""


class LimitError(BundleError):
    """Larger, deeper or more than the format allows."""


class ManifestError(BundleError):
    """The manifest is not what the format says."""


class SchemaVersionError(ManifestError):
    """The manifest's schema number is not one that this edgec reads."""


class FileSetError(BundleError):
    """A file is missing, or is present and not named by the manifest."""


class DigestError(BundleError):
    """A file's size or sha256 is not the one that the manifest names."""


class ModelError(BundleError):
    """A network that could harm or stall the engine that loads it."""


class VariantError(BundleError):
    """No variant fits this target, precision or machine."""


class EngineError(EdgecError):
    """The inference engine could not do its part."""


class EngineMissingError(EngineError):
    """The engine is not installed; the message names the extra that brings it."""


class EngineVersionError(EngineError):
    """The engine is installed, but older than what the bundle needs."""


class SelftestError(EdgecError):
    """The golden outputs were not met on this device."""

    exit_code = 1


class WorkstationError(EdgecError):
    """Root of what the toolchain adds."""
