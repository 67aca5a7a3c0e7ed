"""Schedules: when ticks are, and what becomes of them; Prefect hears of it elsewhere."""
