"""Batches: one run for each row of a table, started a few at a time."""

from alembic import op

revision = "0032_batches"
down_revision = "0031_function_links"
branch_labels = None
depends_on = None

UP = """
alter table workflow_runs
  drop constraint workflow_runs_trigger_known,
  add constraint workflow_runs_trigger_known
    check (trigger in ('api', 'link', 'prefect', 'schedule', 'batch'));
drop index workflow_runs_unmirrored_idx;
create index workflow_runs_unmirrored_idx on workflow_runs (finished_at)
  where finished_at is not null and prefect_flow_run_id is null and trigger <> 'batch';
create table batches (
  id uuid primary key default gen_random_uuid(),
  owner_id text not null,
  workflow_id integer not null,
  version_id uuid not null,
  revision integer not null,
  function_name text,
  name text not null,
  strict_inputs boolean not null,
  inputs text[] not null,
  axes jsonb,
  row_count integer not null,
  status text not null default 'RUNNING',
  winner integer,
  started_by jsonb,
  idempotency_key text,
  request_sha256 bytea,
  created_at timestamptz not null default clock_timestamp(),
  cancel_requested_at timestamptz,
  finished_at timestamptz,
  constraint batches_id_owner_id_key unique (id, owner_id),
  foreign key (workflow_id, owner_id) references workflows (id, user_id) on delete cascade,
  constraint batches_version_fkey foreign key (version_id, workflow_id, owner_id)
    references workflow_versions (id, workflow_id, owner_id),
  constraint batches_name_length check (char_length(name) between 1 and 200),
  constraint batches_status_known check (status in ('RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
  constraint batches_row_count_range check (row_count between 1 and 10000),
  constraint batches_winner_range check (winner between 1 and row_count),
  constraint batches_axes_object check (jsonb_typeof(axes) = 'object'),
  constraint batches_axes_size check (octet_length(axes::text) <= 1048576),
  constraint batches_started_by_object check (jsonb_typeof(started_by) = 'object'),
  constraint batches_started_by_size check (octet_length(started_by::text) <= 4096),
  constraint batches_key_length check (char_length(idempotency_key) between 1 and 255),
  constraint batches_request_sha256_length check (octet_length(request_sha256) = 32),
  constraint batches_key_has_request check ((idempotency_key is null) = (request_sha256 is null)),
  constraint batches_finished_iff_ended check ((status = 'RUNNING') = (finished_at is null))
);
create index batches_open_idx on batches (owner_id, created_at) where finished_at is null;
create index batches_finished_idx on batches (finished_at) where finished_at is not null;
create index batches_workflow_idx on batches (workflow_id, created_at desc, id desc);
create index batches_version_idx on batches (version_id);
create unique index batches_idempotency_idx on batches (owner_id, idempotency_key)
  where idempotency_key is not null;
select isolate_owners('batches', 'owner_id');

create table batch_rows (
  batch_id uuid not null,
  number integer not null,
  owner_id text not null,
  input_values jsonb not null,
  overrides jsonb,
  status text not null default 'PENDING',
  run_id uuid,
  error jsonb,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  total_tokens bigint not null default 0,
  primary key (batch_id, number),
  foreign key (batch_id, owner_id) references batches (id, owner_id) on delete cascade,
  foreign key (run_id, owner_id) references workflow_runs (id, owner_id) on delete set null (run_id),
  constraint batch_rows_number_range check (number between 1 and 10000),
  constraint batch_rows_status_known
    check (status in ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
  constraint batch_rows_pending_has_no_run check (status <> 'PENDING' or run_id is null),
  constraint batch_rows_input_values_object check (jsonb_typeof(input_values) = 'object'),
  constraint batch_rows_input_values_size check (octet_length(input_values::text) <= 2097152),
  constraint batch_rows_overrides_object check (jsonb_typeof(overrides) = 'object'),
  constraint batch_rows_overrides_size check (octet_length(overrides::text) <= 1048576),
  constraint batch_rows_error_object check (jsonb_typeof(error) = 'object'),
  constraint batch_rows_error_size check (octet_length(error::text) <= 16384)
);
create unique index batch_rows_run_idx on batch_rows (run_id) where run_id is not null;
create index batch_rows_open_idx on batch_rows (batch_id, status, number)
  where status in ('PENDING', 'RUNNING');
select isolate_owners('batch_rows', 'owner_id');
"""
# Older versions know no batch: its runs were started by a program.
DOWN = """
drop table batch_rows;
drop table batches;
drop index workflow_runs_unmirrored_idx;
create index workflow_runs_unmirrored_idx on workflow_runs (finished_at)
  where finished_at is not null and prefect_flow_run_id is null;
alter table workflow_runs no force row level security, disable trigger user;
update workflow_runs set trigger = 'api' where trigger = 'batch';
alter table workflow_runs force row level security, enable trigger user;
alter table workflow_runs
  drop constraint workflow_runs_trigger_known,
  add constraint workflow_runs_trigger_known check (trigger in ('api', 'link', 'prefect', 'schedule'));
"""


def upgrade() -> None:
    _run(UP)


def downgrade() -> None:
    _run(DOWN)


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
