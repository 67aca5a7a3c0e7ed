"""What is still to be known of a run after its deletion: its idempotency key, and that Prefect shows it.

And events that say that a run is to be paused.
"""

from alembic import op

revision = "0025_deleted_runs"
down_revision = "0024_events_by_key"
branch_labels = None
depends_on = None

UP = """
create table deleted_runs (
  id uuid primary key,
  owner_id text,
  status text not null,
  prefect_flow_run_id uuid,
  idempotency_key text,
  request_sha256 bytea,
  created_at timestamptz not null,
  deleted_at timestamptz not null default clock_timestamp(),
  mirrored boolean not null,
  constraint deleted_runs_key_has_request
    check ((idempotency_key is null) = (request_sha256 is null))
);
create index deleted_runs_key_idx on deleted_runs (owner_id, idempotency_key)
  where idempotency_key is not null;
create index deleted_runs_mirrored_idx on deleted_runs (deleted_at) where mirrored;
select isolate_owners('deleted_runs', 'owner_id');
-- With a user go their runs; whoever deletes users reads nothing of that. PostgreSQL 18 calls the trigger
-- as the owner of the tables then, older ones as who deletes.
create policy deletion on deleted_runs for insert to nodeloom_identity, current_user with check (true);
grant insert on deleted_runs to nodeloom_identity;

create function record_deleted_runs() returns trigger language plpgsql as $$ begin
  insert into deleted_runs (id, owner_id, status, prefect_flow_run_id, idempotency_key,
    request_sha256, created_at, mirrored)
  -- Of a user who is deleted with it nothing stays that is theirs.
  select r.id, u.id, r.status, r.prefect_flow_run_id,
    case when u.id is not null then r.idempotency_key end,
    case when u.id is not null then r.request_sha256 end, r.created_at, r.mirrored
  from (select *, epoch > 0
      and coalesce(finished_at > clock_timestamp() - interval '7 days', true) as mirrored
    from old_rows) as r
  left join users u on u.id = r.owner_id
  where r.mirrored or u.id is not null and r.idempotency_key is not null;
  return null;
end $$;
create trigger record_deleted after delete on workflow_runs referencing old table as old_rows
  for each statement execute function record_deleted_runs();
"""
DOWN = """
drop trigger record_deleted on workflow_runs;
drop function record_deleted_runs();
drop table deleted_runs;
"""
# What the rules on rows say (0001_guards.sql), before and since: the rest of each stays.
RULES = (
    (
        "guard_run()",
        "  expected.prefect_flow_run_id := coalesce(old.prefect_flow_run_id, new.prefect_flow_run_id);\n",
        "  expected.prefect_flow_run_id := coalesce(new.prefect_flow_run_id, old.prefect_flow_run_id);\n",
    ),
    (
        "guard_run()",
        "  if new.status <> old.status then\n",
        "  if new.status <> old.status\n"
        "    or (new.pause_requested_at is null) <> (old.pause_requested_at is null) then\n",
    ),
    (
        "guard_run()",
        "'error', event_error(new.error), 'epoch', new.epoch));",
        "'error', event_error(new.error), 'epoch', new.epoch)\n"
        "      || case when new.pause_requested_at is null then '{}'::jsonb else '{\"pausing\": true}' end);",
    ),
)


def upgrade() -> None:
    _run(UP)
    for function, before, since in RULES:
        _replace_rule(function, before, since)


def downgrade() -> None:
    for function, before, since in reversed(RULES):
        _replace_rule(function, since, before)
    _run(DOWN)


def _replace_rule(function: str, old: str, new: str) -> None:
    definition = op.get_bind().exec_driver_sql(
        f"select pg_get_functiondef('{function}'::regprocedure)"
    )
    text: str = definition.scalar_one()
    if text.count(old) != 1:
        raise RuntimeError(f"{function} does not say {old!r} once: {text}")
    _run(text.replace(old, new))


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
