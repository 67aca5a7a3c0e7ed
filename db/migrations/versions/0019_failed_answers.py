"""What came of a node that failed, such as a cut answer, is shown beside its error."""

from pathlib import Path

from alembic import op

revision = "0019_failed_answers"
down_revision = "0018_unique_emails"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _run_file("0019_failed_answers.sql")


def downgrade() -> None:
    """Drop what came of nodes that failed: older versions allow no output beside an error."""
    _run_file("0019_failed_answers_down.sql")


def _run_file(name: str) -> None:
    sql = Path(__file__).with_name(name).read_text(encoding="utf-8")
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
