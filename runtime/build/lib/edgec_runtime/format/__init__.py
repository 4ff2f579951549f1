"""The bundle format: what a bundle may be, shared by the writer and the reader (`docs/bundle.md`)."""
