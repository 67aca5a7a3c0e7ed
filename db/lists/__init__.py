"""Lists that people look through: workflows, and what came out of them."""
