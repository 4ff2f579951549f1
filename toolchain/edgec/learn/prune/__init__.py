"""Pruning: which channels of a network go, and the narrower network that is left."""
