"""Migrations, run by `db.postgres.migrate`.

SQL functions that the API calls (`db.postgres.functions`) are part of what running APIs rely on,
like columns. A later migration gives one a new body with `create or replace` as long as its
arguments and columns stay; otherwise it adds a function of a new name, and a migration of the next
release drops the old one. It never drops and creates again what a released version calls: calls
of the old version would fail, and so would plans that its connections have prepared. For the same
reason callers name the columns that they read, and do not say `select *`.
"""
