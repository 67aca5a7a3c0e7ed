"""Rules about node rows are judged once for each statement."""

from pathlib import Path

from alembic import op

revision = "0017_statement_guards"
down_revision = "0016_own_drafts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _run_file("0017_statement_guards.sql")


def downgrade() -> None:
    _run_file("0017_statement_guards_down.sql")


def _run_file(name: str) -> None:
    sql = Path(__file__).with_name(name).read_text(encoding="utf-8")
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
