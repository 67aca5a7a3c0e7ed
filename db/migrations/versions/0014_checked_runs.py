"""Runs know by which node types their version was checked, so that executors need not do it again."""

from alembic import op

revision = "0014_checked_runs"
down_revision = "0013_outputs_by_handle"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table workflow_runs add column catalogue_digest text,"
        " add constraint workflow_runs_catalogue_digest_length"
        " check (char_length(catalogue_digest) between 1 and 64)"
    )


def downgrade() -> None:
    op.execute("alter table workflow_runs drop column catalogue_digest")
