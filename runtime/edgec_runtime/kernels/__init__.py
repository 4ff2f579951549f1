"""Binary convolutions: what they mean (reference.py), their kernels in C (src/), and how those are found and built."""

DOMAIN = "com.edgec"
"""The operators' domain in ONNX files."""

DOMAIN_VERSION = 1
