"""What retention and fair claims need: indexes, and assets that know when they were last wanted."""

from alembic import op

revision = "0004_retention"
down_revision = "0003_provider_limits"
branch_labels = None
depends_on = None

UP = """
alter table assets add column used_at timestamptz default clock_timestamp() not null;

-- An asset never changes; being wanted again is all that is written down.
create function guard_asset() returns trigger language plpgsql as $$
declare
  expected assets := old;
begin
  expected.used_at := greatest(old.used_at, new.used_at);
  if new is distinct from expected
  then raise exception 'UPDATE of assets is refused' using errcode = 'WF010'; end if;
  return new;
end $$;

drop trigger guard on assets;
create trigger guard before update on assets for each row execute function guard_asset();

-- Versions that nothing refers to may go; foreign keys keep the others.
drop trigger guard on workflow_versions;
create trigger guard before update on workflow_versions
  for each statement execute function guard_append_only();

create index assets_used_idx on assets (used_at);
create index assets_sha256_idx on assets (sha256);
create index workflow_runs_started_idx on workflow_runs (owner_id, started_at)
  where started_at is not null;
create index workflow_runs_finished_idx on workflow_runs (finished_at)
  where finished_at is not null;
create index workflow_runs_keys_idx on workflow_runs (created_at)
  where idempotency_key is not null;
"""
DOWN = """
drop index workflow_runs_keys_idx;
drop index workflow_runs_finished_idx;
drop index workflow_runs_started_idx;
drop index assets_sha256_idx;
drop index assets_used_idx;

drop trigger guard on workflow_versions;
create trigger guard before update or delete on workflow_versions
  for each statement execute function guard_append_only();

drop trigger guard on assets;
create trigger guard before update on assets
  for each statement execute function guard_append_only();
drop function guard_asset();

alter table assets drop column used_at;
"""


def upgrade() -> None:
    _run(UP)


def downgrade() -> None:
    _run(DOWN)


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
