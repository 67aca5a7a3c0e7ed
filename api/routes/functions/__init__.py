"""Functions: workflows that are published under a name, described, and called."""
