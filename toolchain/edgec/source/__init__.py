"""`--model` and `--checkpoint` -> Source: a module or an ONNX file, with its weights."""

from edgec.source.load import Source, load_source
from edgec.source.tuned import Tuned

__all__ = ["Source", "Tuned", "load_source"]
