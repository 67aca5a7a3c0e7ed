"""Workflows as functions: their schemas, what breaks their callers, and how they are published."""
