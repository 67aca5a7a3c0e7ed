"""What Prefect was last shown of a schedule's pause, and until when it holds back ticks."""

from alembic import op

revision = "0023_deployments"
down_revision = "0022_run_functions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table schedules add column synced_paused boolean, add column held_until timestamptz"
    )


def downgrade() -> None:
    op.execute("alter table schedules drop column synced_paused, drop column held_until")
