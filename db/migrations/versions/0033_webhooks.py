"""Webhooks: addresses that are told of ended runs, and what they are to be told."""

from alembic import op

revision = "0033_webhooks"
down_revision = "0032_batches"
branch_labels = None
depends_on = None

UP = """
create table webhooks (
  id uuid primary key default gen_random_uuid(),
  owner_id text not null references users (id) on delete cascade,
  title text not null,
  url text not null,
  events text[] not null,
  workflow_id integer,
  function_name text,
  on_request boolean not null default false,
  secret bytea not null,
  previous_secret bytea,
  previous_until timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  failing_since timestamptz,
  disabled_at timestamptz,
  disabled_reason text,
  constraint webhooks_id_owner_id_key unique (id, owner_id),
  foreign key (workflow_id, owner_id) references workflows (id, user_id) on delete cascade,
  constraint webhooks_title_length check (char_length(title) between 1 and 100),
  constraint webhooks_url_length check (char_length(url) between 1 and 2048),
  constraint webhooks_events_known check (
    events <@ array['run.completed', 'run.failed', 'run.cancelled']
    and cardinality(events) between 1 and 3),
  constraint webhooks_function_name_form check (function_name ~ '^[a-z][a-z0-9_]{0,62}$'),
  constraint webhooks_one_filter check (num_nonnulls(workflow_id, function_name) <= 1),
  constraint webhooks_secret_length check (octet_length(secret) between 24 and 64),
  constraint webhooks_disabled_has_reason
    check ((disabled_at is null) = (disabled_reason is null)),
  constraint webhooks_disabled_reason_known
    check (disabled_reason in ('gone', 'failing', 'owner'))
);
create index webhooks_owner_idx on webhooks (owner_id);
create index webhooks_workflow_idx on webhooks (workflow_id);
select isolate_owners('webhooks', 'owner_id');

create table function_calls (
  run_id uuid primary key,
  owner_id text not null,
  function_name text not null,
  webhook_id uuid,
  foreign key (run_id, owner_id) references workflow_runs (id, owner_id) on delete cascade
);
select isolate_owners('function_calls', 'owner_id');

create table webhook_deliveries (
  id uuid primary key default gen_random_uuid(),
  owner_id text not null,
  webhook_id uuid not null,
  run_id uuid not null,
  event text not null,
  occurred_at timestamptz not null,
  body text,
  status text not null default 'pending',
  attempt_count integer not null default 0,
  next_attempt_at timestamptz default clock_timestamp(),
  last_attempt_at timestamptz,
  response_status integer,
  response text,
  error text,
  duration_ms integer,
  created_at timestamptz not null default clock_timestamp(),
  foreign key (webhook_id, owner_id) references webhooks (id, owner_id) on delete cascade,
  constraint webhook_deliveries_status_known
    check (status in ('pending', 'delivered', 'failed')),
  constraint webhook_deliveries_pending_is_due
    check ((status = 'pending') = (next_attempt_at is not null)),
  constraint webhook_deliveries_body_size check (octet_length(body) <= 300000),
  constraint webhook_deliveries_response_size check (octet_length(response) <= 4000),
  constraint webhook_deliveries_error_length check (char_length(error) <= 1000)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index webhook_deliveries_due_idx on webhook_deliveries (next_attempt_at)
  where status = 'pending';
create index webhook_deliveries_list_idx on webhook_deliveries (webhook_id, created_at desc, id desc);
create index webhook_deliveries_created_idx on webhook_deliveries (created_at);
select isolate_owners('webhook_deliveries', 'owner_id');

-- With the end of a run, in its transaction: whoever dies afterwards, what is to be told is there.
create function queue_webhook_deliveries() returns trigger language plpgsql as $$
declare
  ended text := 'run.' || lower(new.status);
begin
  insert into webhook_deliveries (owner_id, webhook_id, run_id, event, occurred_at)
  select w.owner_id, w.id, new.id, ended, new.finished_at
  from webhooks w
  where w.owner_id = new.owner_id and w.disabled_at is null and ended = any(w.events)
    and (w.workflow_id is null or w.workflow_id = new.workflow_id)
    and (w.function_name is null and not w.on_request or exists (
      select from function_calls c where c.run_id = new.id
        and (w.function_name is null or c.function_name = w.function_name)
        and (not w.on_request or c.webhook_id = w.id)));
  if found then perform pg_notify('nodeloom_webhooks', ''); end if;
  return null;
end $$;

create trigger queue_webhooks after update on workflow_runs
  for each row when (old.finished_at is null and new.finished_at is not null)
  execute function queue_webhook_deliveries();
"""
DOWN = """
drop trigger queue_webhooks on workflow_runs;
drop function queue_webhook_deliveries();
drop table webhook_deliveries, function_calls, webhooks;
"""


def upgrade() -> None:
    _run(UP)


def downgrade() -> None:
    _run(DOWN)


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
