"""Quantization-aware training: the graph that a build would make, simulated in torch and trained."""
