"""Migrations, run by `db.postgres.migrate`."""
