"""What is remembered: tables, the rules PostgreSQL itself keeps, and the queries over them.

Query functions are synchronous, take a `sqlalchemy.orm.Session` first and never commit: the
caller's transaction decides. Asynchronous callers use `await session.run_sync(function, …)`.
Every query about somebody's things has the owner in its condition.
"""
