"""HTTP itself: reading requests strictly, origins, limits, errors, and the server."""
