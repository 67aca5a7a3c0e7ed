"""Places for nodes: how many of a kind may work at once, of all executors together."""

from alembic import op

revision = "0011_node_places"
down_revision = "0010_schedules"
branch_labels = None
depends_on = None

UPGRADE = """
create table node_limits (
  tag text not null,
  places integer not null,
  constraint node_limits_pkey primary key (tag),
  constraint node_limits_tag_length check (char_length(tag) between 1 and 200),
  constraint node_limits_places_range check (places >= 0)
);
grant select, insert, update, delete on node_limits to nodeloom_engine;

create table node_places (
  id uuid not null,
  tag text not null,
  executor_id text not null,
  owner_id text not null,
  asked_at timestamptz default clock_timestamp() not null,
  seen_at timestamptz default clock_timestamp() not null,
  granted_at timestamptz,
  constraint node_places_pkey primary key (tag, id),
  constraint node_places_owner_id_fkey
    foreign key (owner_id) references users (id) on delete cascade,
  constraint node_places_tag_length check (char_length(tag) between 1 and 200)
)
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

-- Whose turn it is is the executors' alone.
alter table node_places enable row level security, force row level security;
create policy work on node_places to nodeloom_engine using (true);
grant select, insert, update, delete on node_places to nodeloom_engine;
"""


def upgrade() -> None:
    _run(UPGRADE)


def downgrade() -> None:
    _run("drop table node_places; drop table node_limits;")


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
