"""`--model` and `--checkpoint` -> Source: a module or an ONNX file, with its weights."""

from edgec.source.description import Description, read_description
from edgec.source.load import Source, load_module, load_source
from edgec.source.network import make_network
from edgec.source.tuned import Tuned

__all__ = ["Description", "Source", "Tuned", "load_module", "load_source", "make_network", "read_description"]
