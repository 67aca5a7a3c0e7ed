"""Tenants: row-level security on every table with an owner, and roles that cannot pass it by."""

from pathlib import Path

from alembic import op

from db.postgres.roles import ensure_roles

revision = "0007_tenants"
down_revision = "0006_people"
branch_labels = None
depends_on = None

ROLES = "nodeloom_app, nodeloom_engine, nodeloom_identity"
TABLES = (
    "workflows",
    "workflow_versions",
    "workflow_runs",
    "run_inputs",
    "node_executions",
    "run_events",
    "assets",
    "chores",
    "provider_turns",
    "users",
    "api_keys",
    "deleted_users",
    "webhook_messages",
)
POLICIES = ("own", "work", "look_up")


def upgrade() -> None:
    ensure_roles(op.get_bind())
    _run(Path(__file__).with_name("0007_tenants.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take everything back but the roles: other databases of the server may use them."""
    for table in TABLES:
        for policy in POLICIES:
            _run(f"drop policy if exists {policy} on {table}")
        _run(f"alter table {table} no force row level security, disable row level security")
    _run("drop function own_rows(regclass, name)")
    _run("drop function current_owner()")
    _run(f"revoke all on all tables in schema public from {ROLES}")
    _run(f"revoke all on all sequences in schema public from {ROLES}")
    _run(f"alter default privileges in schema public revoke usage on sequences from {ROLES}")
    _run(f"revoke usage on schema public from {ROLES}")


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
