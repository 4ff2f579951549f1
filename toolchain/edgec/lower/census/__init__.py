"""How many operators run in which type, asked of the engine's own optimized network."""
