"""Rounds of work that one executor at a time does."""
