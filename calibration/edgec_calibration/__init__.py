"""Real samples -> Ranges, in bounded memory."""
