"""Where reused results are from, reuse of everything, and what Prefect has still to be told."""

from alembic import op

revision = "0005_catch_up"
down_revision = "0004_retention"
branch_labels = None
depends_on = None

UP = """
alter table workflow_runs drop constraint workflow_runs_reuse_known;
alter table workflow_runs add constraint workflow_runs_reuse_known
  check (reuse in ('auto', 'always', 'never'));

alter table node_executions add column reused_from uuid;
alter table node_executions add constraint node_executions_reused_from_only_if_reused
  check (reused_from is null or reused);

-- Runs that ended while Prefect was away; runs whose executor is gone.
create index workflow_runs_unshown_idx on workflow_runs (finished_at)
  where finished_at is not null and prefect_flow_run_id is null;
create index workflow_runs_recovered_idx on workflow_runs (created_at)
  where status = 'PENDING' and epoch > 0;

create table chores (
  name text not null,
  done_at timestamptz not null,
  constraint chores_pkey primary key (name),
  constraint chores_name_length check (char_length(name) between 1 and 64)
);
"""
# Rows that say `always` stay as they are.
DOWN = """
drop table chores;
drop index workflow_runs_recovered_idx;
drop index workflow_runs_unshown_idx;
alter table node_executions drop column reused_from;
alter table workflow_runs drop constraint workflow_runs_reuse_known;
alter table workflow_runs add constraint workflow_runs_reuse_known
  check (reuse in ('auto', 'never')) not valid;
"""


def upgrade() -> None:
    _run(UP)


def downgrade() -> None:
    _run(DOWN)


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
