"""Calls to model providers that wait or were made, so that executors share the limits."""

from alembic import op

revision = "0003_provider_limits"
down_revision = "0002_reuse"
branch_labels = None
depends_on = None

UPGRADE = """
create table provider_turns (
  id uuid not null,
  pool text not null,
  executor_id text not null,
  owner_id text not null,
  tokens integer not null,
  asked_at timestamptz default clock_timestamp() not null,
  seen_at timestamptz default clock_timestamp() not null,
  granted_at timestamptz,
  constraint provider_turns_pkey primary key (id),
  constraint provider_turns_owner_id_fkey
    foreign key (owner_id) references users (id) on delete cascade,
  constraint provider_turns_pool_length check (char_length(pool) between 1 and 200),
  constraint provider_turns_tokens_range check (tokens >= 0)
)
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create index provider_turns_pool_idx on provider_turns (pool);

create table provider_pauses (
  pool text not null,
  until timestamptz not null,
  constraint provider_pauses_pkey primary key (pool),
  constraint provider_pauses_pool_length check (char_length(pool) between 1 and 200)
);
"""


def upgrade() -> None:
    _run(UPGRADE)


def downgrade() -> None:
    _run("drop table provider_pauses; drop table provider_turns;")


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
