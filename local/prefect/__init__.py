"""Prefect's server beside us: its password, its process, and a sign-in page."""
