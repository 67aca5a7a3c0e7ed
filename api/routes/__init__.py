"""One controller per noun."""
