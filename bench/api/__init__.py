"""The API under load, on a large database, beside the same queries by psycopg alone."""
