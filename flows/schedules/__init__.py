"""Schedules: when ticks are, what becomes of them, and how Prefect hears of it."""
