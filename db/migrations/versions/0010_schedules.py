"""Schedules, what became of their ticks, and which runs came of them."""

from alembic import op

revision = "0010_schedules"
down_revision = "0009_history"
branch_labels = None
depends_on = None

UP = """
create table schedules (
  id uuid default gen_random_uuid() not null,
  owner_id text not null,
  workflow_id integer not null,
  name text not null,
  timing jsonb not null,
  scope jsonb not null,
  reuse text not null,
  inputs jsonb default '{}'::jsonb not null,
  catch_up text not null,
  overlap text not null,
  paused boolean default false not null,
  next_at timestamptz,
  revision integer default 1 not null,
  synced_revision integer,
  prefect_deployment_id uuid,
  created_at timestamptz default clock_timestamp() not null,
  updated_at timestamptz default clock_timestamp() not null,
  constraint schedules_pkey primary key (id),
  constraint schedules_id_owner_id_key unique (id, owner_id),
  constraint schedules_workflow_id_owner_id_fkey
    foreign key (workflow_id, owner_id)
    references workflows (id, user_id) on delete cascade,
  constraint schedules_name_length check (char_length(name) between 1 and 100),
  constraint schedules_timing_object check (jsonb_typeof(timing) = 'object'),
  constraint schedules_timing_size check (octet_length(timing::text) <= 4096),
  constraint schedules_scope_object check (jsonb_typeof(scope) = 'object'),
  constraint schedules_scope_size check (octet_length(scope::text) <= 262144),
  constraint schedules_inputs_object check (jsonb_typeof(inputs) = 'object'),
  constraint schedules_inputs_size check (octet_length(inputs::text) <= 262144),
  constraint schedules_reuse_known check (reuse in ('auto', 'always', 'never')),
  constraint schedules_catch_up_known check (catch_up in ('once', 'skip')),
  constraint schedules_overlap_known check (overlap in ('skip', 'queue', 'allow')),
  constraint schedules_paused_has_no_next check (not paused or next_at is null),
  constraint schedules_revisions check (revision >= 1 and synced_revision <= revision)
);
create index schedules_list_idx on schedules (owner_id, created_at desc, id desc);
create index schedules_workflow_idx on schedules (workflow_id, created_at desc, id desc);
create index schedules_due_idx on schedules (next_at) where next_at is not null;
create index schedules_unsynced_idx on schedules (id)
  where synced_revision is distinct from revision;

create table schedule_ticks (
  schedule_id uuid not null,
  due_at timestamptz not null,
  owner_id text not null,
  outcome text not null,
  run_id uuid,
  late boolean default false not null,
  error jsonb,
  decided_at timestamptz default clock_timestamp() not null,
  constraint schedule_ticks_pkey primary key (schedule_id, due_at),
  constraint schedule_ticks_schedule_id_owner_id_fkey
    foreign key (schedule_id, owner_id)
    references schedules (id, owner_id) on delete cascade,
  constraint schedule_ticks_outcome_known check (outcome in
    ('run', 'queued', 'coalesced', 'skipped_overlap', 'skipped_late', 'refused')),
  constraint schedule_ticks_run_only_if_made
    check ((outcome in ('run', 'coalesced')) >= (run_id is not null)),
  constraint schedule_ticks_run_has_one check (outcome <> 'run' or run_id is not null),
  constraint schedule_ticks_error_object check (jsonb_typeof(error) = 'object'),
  constraint schedule_ticks_error_size check (octet_length(error::text) <= 16384)
);
create index schedule_ticks_queued_idx on schedule_ticks (schedule_id, due_at)
  where outcome = 'queued';
create index schedule_ticks_decided_idx on schedule_ticks (decided_at);

select own_rows('schedules', 'owner_id');
select own_rows('schedule_ticks', 'owner_id');

alter table workflow_runs
  add column schedule_id uuid,
  add column due_at timestamptz,
  add column late boolean default false not null,
  add constraint workflow_runs_schedule_has_due
    check ((schedule_id is null) = (due_at is null) and (not late or due_at is not null));
create index workflow_runs_open_tick_idx on workflow_runs (schedule_id)
  where schedule_id is not null and status in ('PENDING', 'RUNNING');

create table installation (
  single boolean default true not null,
  id uuid default gen_random_uuid() not null,
  constraint installation_pkey primary key (single),
  constraint installation_one_row check (single)
);
insert into installation default values;
grant select on installation to nodeloom_engine;
"""
DOWN = """
drop table installation;
drop index workflow_runs_open_tick_idx;
alter table workflow_runs
  drop constraint workflow_runs_schedule_has_due,
  drop column late,
  drop column due_at,
  drop column schedule_id;
drop table schedule_ticks;
drop table schedules;
"""


def upgrade() -> None:
    _run(UP)


def downgrade() -> None:
    _run(DOWN)


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
