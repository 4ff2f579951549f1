"""The limits of the format; what is larger, deeper or more is refused with a LimitError."""

MIB = 1 << 20
GIB = 1 << 30

BUNDLE_BYTES = GIB
FILES = 256  # beside manifest.json and bundle.sig
MANIFEST_BYTES = MIB
MANIFEST_DEPTH = 16
INTEGER = 1 << 53  # integers of the manifest are below this, so that every JSON reader holds them exactly
NAME_SEGMENTS = 4
TENSOR_RANK = 8
TENSOR_DIMENSION = 1 << 24
TENSOR_BYTES = 2 * GIB
NODES = 20_000

CHUNK = MIB  # bytes read at once where a file is checked and not kept
