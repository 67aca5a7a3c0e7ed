"""Functions: names under which versions of workflows are published."""

from alembic import op

revision = "0029_functions"
down_revision = "0028_declared_inputs"
branch_labels = None
depends_on = None

UP = """
create table functions (
  owner_id text not null,
  name text not null,
  workflow_id integer not null,
  version_id uuid not null,
  revision integer not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (owner_id, name),
  foreign key (workflow_id, owner_id) references workflows (id, user_id) on delete cascade,
  constraint functions_version_fkey foreign key (version_id, workflow_id, owner_id)
    references workflow_versions (id, workflow_id, owner_id),
  constraint functions_name_form check (name ~ '^[a-z][a-z0-9_]{0,62}$')
);
create index functions_workflow_idx on functions (workflow_id);
create index functions_version_idx on functions (version_id);
select isolate_owners('functions', 'owner_id');
"""


def upgrade() -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(UP)


def downgrade() -> None:
    op.execute("drop table functions")
