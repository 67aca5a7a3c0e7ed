"""Workflows as files: read, packed with their assets, unpacked, named."""
