"""Networks that are built to be timed: raced, each race kept, and not packed."""
