"""`edgec bench --profile`."""

import json
from pathlib import Path
from shutil import copy

import pytest
from tests.toolchain.cli.conftest import Run

from edgec.roofline import Best, Peaks, cache

PEAKS = Peaks(1, {"int8": Best(500.0, "openvino", "w"), "float32": Best(125.0, "tflite", "w")}, 20.0)
