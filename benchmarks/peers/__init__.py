"""One family of peers a file; command.py builds, runs and judges them."""
