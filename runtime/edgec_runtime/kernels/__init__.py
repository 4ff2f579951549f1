"""Binary convolutions: what they mean (reference.py), and their kernels in C (src/)."""

DOMAIN = "com.edgec"
"""The operators' domain in ONNX files."""

DOMAIN_VERSION = 1
