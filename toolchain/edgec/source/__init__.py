"""`--model` and `--checkpoint` -> Source: a module or an ONNX file, with its weights."""

from edgec.source.load import Source, load_source

__all__ = ["Source", "load_source"]
