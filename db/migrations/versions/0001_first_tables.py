"""The first tables and the rules on how their rows may change."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "assets",
    "run_events",
    "node_executions",
    "workflow_runs",
    "workflow_versions",
    "workflows",
    "users",
)
FUNCTIONS = (
    "guard_append_only()",
    "guard_graph()",
    "guard_workflow()",
    "guard_new_run()",
    "record_new_runs()",
    "guard_run()",
    "guard_run_delete()",
    "check_run()",
    "guard_new_node()",
    "guard_node()",
    "record_node_changes()",
    "announce_events()",
    "event_error(jsonb)",
    "is_terminal(text)",
)


def upgrade() -> None:
    for name in ("0001_tables.sql", "0001_guards.sql"):
        _run(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def downgrade() -> None:
    _run("alter table workflows drop constraint workflows_version_fkey")
    for table in TABLES:
        _run(f"drop table {table}")
    for function in FUNCTIONS:
        _run(f"drop function {function}")


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
