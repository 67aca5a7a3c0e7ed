"""Rows as the outside sees them, one module per noun."""
