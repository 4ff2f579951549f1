"""Verify, run and measure edgec bundles on a device."""
