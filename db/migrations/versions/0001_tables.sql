-- The tables; `db/models.py` says what they mean, and a test compares the two.

create table users (
  id text not null,
  email text not null,
  created_at timestamptz default clock_timestamp() not null,
  constraint users_pkey primary key (id),
  constraint users_email_key unique (email),
  constraint users_id_length check (char_length(id) between 1 and 255),
  constraint users_email_length check (char_length(email) between 3 and 320)
);

create table workflows (
  id serial not null,
  user_id text not null,
  name text not null,
  revision integer default 1 not null,
  version_id uuid not null,
  graph jsonb not null,
  positions jsonb default '{}'::jsonb not null,
  created_at timestamptz default clock_timestamp() not null,
  updated_at timestamptz default clock_timestamp() not null,
  deleted_at timestamptz,
  constraint workflows_pkey primary key (id),
  constraint workflows_id_user_id_key unique (id, user_id),
  constraint workflows_revision_positive check (revision >= 1),
  constraint workflows_name_length check (char_length(name) between 1 and 200),
  constraint workflows_positions_object check (jsonb_typeof(positions) = 'object'),
  constraint workflows_positions_size check (octet_length(positions::text) <= 524288),
  constraint workflows_user_id_fkey foreign key (user_id) references users (id) on delete cascade
)
with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index workflows_list_idx on workflows (user_id, updated_at desc, id desc)
  where deleted_at is null;

create table assets (
  id uuid not null,
  owner_id text not null,
  sha256 text not null,
  media_type text not null,
  kind text not null,
  width integer not null,
  height integer not null,
  bytes bigint not null,
  duration_seconds double precision,
  created_at timestamptz default clock_timestamp() not null,
  constraint assets_pkey primary key (id),
  constraint assets_owner_id_sha256_media_type_key unique (owner_id, sha256, media_type),
  constraint assets_sha256_hex check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint assets_media_type_length check (char_length(media_type) between 3 and 100),
  constraint assets_kind_known check (kind in ('image', 'video')),
  constraint assets_sizes check (width >= 1 and height >= 1 and bytes >= 0),
  constraint assets_duration_iff_video check ((kind = 'video') = (duration_seconds is not null)),
  constraint assets_owner_id_fkey foreign key (owner_id) references users (id) on delete cascade
);

create table workflow_versions (
  id uuid default gen_random_uuid() not null,
  workflow_id integer not null,
  owner_id text not null,
  sha256 bytea not null,
  graph jsonb not null,
  created_at timestamptz default clock_timestamp() not null,
  constraint workflow_versions_pkey primary key (id),
  constraint workflow_versions_id_workflow_id_owner_id_key unique (id, workflow_id, owner_id),
  constraint workflow_versions_workflow_id_sha256_key unique (workflow_id, sha256),
  constraint workflow_versions_workflow_id_owner_id_fkey
    foreign key (workflow_id, owner_id)
    references workflows (id, user_id) on delete cascade,
  constraint workflow_versions_sha256_length check (octet_length(sha256) = 32),
  constraint workflow_versions_graph_object check (jsonb_typeof(graph) = 'object'),
  constraint workflow_versions_graph_size check (octet_length(graph::text) <= 3000000)
);

create table workflow_runs (
  id uuid default gen_random_uuid() not null,
  owner_id text not null,
  workflow_id integer not null,
  version_id uuid not null,
  revision integer not null,
  status text default 'PENDING' not null,
  scope jsonb not null,
  trigger text not null,
  reuse text not null,
  parent_run_id uuid,
  total_nodes integer not null,
  epoch integer default 0 not null,
  seq bigint default 1 not null,
  recoveries smallint default 0 not null,
  executor_id text,
  lease_until timestamptz,
  prefect_flow_run_id uuid,
  idempotency_key text,
  request_sha256 bytea,
  cancel_requested_at timestamptz,
  error jsonb,
  created_at timestamptz default clock_timestamp() not null,
  started_at timestamptz,
  finished_at timestamptz,
  constraint workflow_runs_pkey primary key (id),
  constraint workflow_runs_id_owner_id_key unique (id, owner_id),
  constraint workflow_runs_workflow_id_owner_id_fkey
    foreign key (workflow_id, owner_id)
    references workflows (id, user_id) on delete cascade,
  constraint workflow_runs_version_fkey
    foreign key (version_id, workflow_id, owner_id)
    references workflow_versions (id, workflow_id, owner_id),
  constraint workflow_runs_parent_run_id_owner_id_fkey
    foreign key (parent_run_id, owner_id)
    references workflow_runs (id, owner_id) on delete set null (parent_run_id),
  constraint workflow_runs_status_known
    check (status in ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
  constraint workflow_runs_trigger_known check (trigger in ('api', 'prefect', 'schedule')),
  constraint workflow_runs_reuse_known check (reuse in ('auto', 'never')),
  constraint workflow_runs_scope_object check (jsonb_typeof(scope) = 'object'),
  constraint workflow_runs_scope_size check (octet_length(scope::text) <= 262144),
  constraint workflow_runs_error_object check (jsonb_typeof(error) = 'object'),
  constraint workflow_runs_error_size check (octet_length(error::text) <= 16384),
  constraint workflow_runs_counters check (epoch >= 0 and seq >= 1 and recoveries >= 0),
  constraint workflow_runs_total_nodes_range check (total_nodes between 1 and 100000),
  constraint workflow_runs_request_sha256_length check (octet_length(request_sha256) = 32),
  constraint workflow_runs_key_length check (char_length(idempotency_key) between 1 and 255),
  constraint workflow_runs_key_has_request
    check ((idempotency_key is null) = (request_sha256 is null)),
  constraint workflow_runs_lease_iff_running
    check ((status = 'RUNNING') = (lease_until is not null)),
  constraint workflow_runs_running_has_executor
    check (status <> 'RUNNING' or executor_id is not null),
  constraint workflow_runs_running_has_start
    check (status <> 'RUNNING' or started_at is not null),
  constraint workflow_runs_finished_iff_terminal
    check ((status in ('PENDING', 'RUNNING')) = (finished_at is null)),
  constraint workflow_runs_times_in_order check (finished_at >= created_at),
  constraint workflow_runs_no_error_if_completed check (status <> 'COMPLETED' or error is null)
)
with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create unique index workflow_runs_idempotency_idx on workflow_runs (owner_id, idempotency_key)
  where idempotency_key is not null;
create index workflow_runs_version_idx on workflow_runs (version_id);
create index workflow_runs_running_idx on workflow_runs (owner_id) where status = 'RUNNING';
create index workflow_runs_pending_idx on workflow_runs (owner_id, created_at, id)
  where status = 'PENDING';
create index workflow_runs_list_idx on workflow_runs (owner_id, created_at desc, id desc);
create index workflow_runs_workflow_idx on workflow_runs (workflow_id, created_at desc, id desc);
create index workflow_runs_parent_idx on workflow_runs (parent_run_id)
  where parent_run_id is not null;

create table node_executions (
  id uuid default gen_random_uuid() not null,
  run_id uuid not null,
  owner_id text not null,
  node_id text not null,
  node_type text not null,
  label text not null,
  ordinal integer not null,
  status text default 'PENDING' not null,
  attempt smallint default 0 not null,
  epoch integer default 0 not null,
  reused boolean default false not null,
  cache_key text,
  input jsonb default '{}'::jsonb not null,
  output jsonb,
  error jsonb,
  usage jsonb,
  created_at timestamptz default clock_timestamp() not null,
  changed_at timestamptz default clock_timestamp() not null,
  started_at timestamptz,
  finished_at timestamptz,
  constraint node_executions_pkey primary key (id),
  constraint node_executions_run_id_node_id_key unique (run_id, node_id),
  constraint node_executions_run_id_owner_id_fkey
    foreign key (run_id, owner_id)
    references workflow_runs (id, owner_id) on delete cascade,
  constraint node_executions_status_known
    check (status in ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'SKIPPED')),
  constraint node_executions_node_id_length check (char_length(node_id) between 1 and 128),
  constraint node_executions_node_type_length check (char_length(node_type) between 1 and 64),
  constraint node_executions_label_length check (char_length(label) <= 200),
  constraint node_executions_cache_key_length check (char_length(cache_key) between 1 and 128),
  constraint node_executions_input_object check (jsonb_typeof(input) = 'object'),
  constraint node_executions_output_object check (jsonb_typeof(output) = 'object'),
  constraint node_executions_error_object check (jsonb_typeof(error) = 'object'),
  constraint node_executions_usage_object check (jsonb_typeof(usage) = 'object'),
  constraint node_executions_input_size check (octet_length(input::text) <= 4194304),
  constraint node_executions_output_size check (octet_length(output::text) <= 2097152),
  constraint node_executions_error_size check (octet_length(error::text) <= 16384),
  constraint node_executions_usage_size check (octet_length(usage::text) <= 16384),
  constraint node_executions_counters check (attempt >= 0 and epoch >= 0 and ordinal >= 0),
  constraint node_executions_running_has_start
    check (status <> 'RUNNING' or (attempt >= 1 and started_at is not null)),
  constraint node_executions_finished_iff_terminal
    check ((status in ('PENDING', 'RUNNING')) = (finished_at is null)),
  constraint node_executions_times_in_order check (finished_at >= started_at),
  constraint node_executions_output_iff_completed
    check ((status = 'COMPLETED') = (output is not null)),
  constraint node_executions_no_error_if_completed check (status <> 'COMPLETED' or error is null),
  constraint node_executions_error_if_failed
    check (status not in ('FAILED', 'SKIPPED') or error is not null),
  constraint node_executions_reused_only_if_completed check (not reused or status = 'COMPLETED')
)
with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index node_executions_cache_idx on node_executions (owner_id, cache_key, finished_at desc)
  where status = 'COMPLETED' and cache_key is not null;

create table run_events (
  run_id uuid not null,
  seq bigint not null,
  owner_id text not null,
  kind text not null,
  body jsonb not null,
  at timestamptz default clock_timestamp() not null,
  constraint run_events_pkey primary key (run_id, seq),
  constraint run_events_run_id_owner_id_fkey
    foreign key (run_id, owner_id)
    references workflow_runs (id, owner_id) on delete cascade,
  constraint run_events_seq_positive check (seq >= 1),
  constraint run_events_kind_known check (kind in ('run', 'node')),
  constraint run_events_body_size check (octet_length(body::text) <= 4096)
);

alter table workflows
  add constraint workflows_version_fkey
  foreign key (version_id, id, user_id)
  references workflow_versions (id, workflow_id, owner_id) deferrable initially deferred;
