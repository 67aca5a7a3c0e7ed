"""Chaos: real processes are killed in the middle of runs, and what was promised is counted."""
