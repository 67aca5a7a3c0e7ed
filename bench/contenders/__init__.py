"""Who is measured beside us: the same work without us."""
