"""Favourite results: what somebody marked in the gallery of a workflow."""

from alembic import op

revision = "0027_favourite_results"
down_revision = "0026_started_by"
branch_labels = None
depends_on = None

UP = """
create table favourite_results (
  run_id uuid not null,
  node_id text not null,
  owner_id text not null,
  workflow_id integer not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (run_id, node_id),
  foreign key (run_id, owner_id) references workflow_runs (id, owner_id) on delete cascade,
  foreign key (workflow_id, owner_id) references workflows (id, user_id) on delete cascade
);
create index favourite_results_workflow_idx on favourite_results (workflow_id);
select isolate_owners('favourite_results', 'owner_id');
"""


def upgrade() -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(UP)


def downgrade() -> None:
    op.execute("drop table favourite_results")
