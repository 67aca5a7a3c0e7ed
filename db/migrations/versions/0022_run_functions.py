"""Functions that start a run, and that write what became of its nodes and its end, in one statement."""

from pathlib import Path

from alembic import op

revision = "0022_run_functions"
down_revision = "0021_asset_list"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _run(Path(__file__).with_name("0022_run_functions.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    _run("drop function write_run(uuid, integer, jsonb, text, jsonb)")
    _run("drop function start_run(text, integer, integer, jsonb, jsonb)")


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
