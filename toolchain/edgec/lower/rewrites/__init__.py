"""Rewrites that pay for one (engine, precision) only: a lowering applies them to its own copy."""
