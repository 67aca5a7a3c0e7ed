"""Migrations, run by `db.migrate`."""
