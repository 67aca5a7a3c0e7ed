"""Benchmarks: our runtime, a Prefect flow written by hand and plain asyncio, side by side."""
