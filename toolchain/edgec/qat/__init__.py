"""Quantization-aware training: the graph that a build would make, simulated in torch and trained."""

from edgec.qat.finetune import Finetuned, finetune

__all__ = ["Finetuned", "finetune"]
