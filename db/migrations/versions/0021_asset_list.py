"""An index for the list of somebody's assets, the newest first."""

from alembic import op

revision = "0021_asset_list"
down_revision = "0020_waiting_runs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index assets_list_idx on assets (owner_id, created_at desc, id desc)"
        " where draft_of is null"
    )


def downgrade() -> None:
    op.execute("drop index assets_list_idx")
