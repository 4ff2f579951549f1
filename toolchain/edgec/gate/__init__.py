"""A candidate and a baseline -> verdicts: slower, larger, less accurate, or beyond a budget? See run.py."""
