"""Outputs by handle: a node may have several, and complete without a value at some of them."""

from pathlib import Path

from alembic import op

revision = "0013_outputs_by_handle"
down_revision = "0012_standard_terms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _run_file("0013_outputs_by_handle.sql")


def downgrade() -> None:
    """Drop the outputs that older versions know nothing of; a node without others keeps a text."""
    _run_file("0013_outputs_by_handle_down.sql")


def _run_file(name: str) -> None:
    sql = Path(__file__).with_name(name).read_text(encoding="utf-8")
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
