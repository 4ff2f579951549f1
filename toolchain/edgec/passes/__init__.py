"""Graph -> Graph: one rewrite, one file, one twin test."""
