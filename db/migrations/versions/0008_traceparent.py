"""Where a run's trace began, so that the executor goes on with it."""

from alembic import op

revision = "0008_traceparent"
down_revision = "0007_tenants"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _run("""
        alter table workflow_runs add column traceparent text,
          add constraint workflow_runs_traceparent_length
            check (char_length(traceparent) between 1 and 100);
    """)


def downgrade() -> None:
    _run("alter table workflow_runs drop column traceparent;")


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
