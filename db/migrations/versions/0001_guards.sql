-- What rows may become of which, kept by the database itself, whoever writes.
--
-- WF001 immutable              WF007 the run is not running
-- WF002 a counter went back    WF008 open node rows
-- WF003 terminal rows freeze   WF009 no such run
-- WF004 illegal transition     WF010 written by the database only
-- WF005 the lease is live      WF011 COMPLETED although not every node is
-- WF006 stale epoch            WF012 a run without all its node rows
--
-- Order of locks, for every writer: the run's row first, then its node rows.

create function is_terminal(status text) returns boolean language sql immutable
  return status not in ('PENDING', 'RUNNING');

-- An error as events show it: short enough for an event whatever characters it is made of.
create function event_error(error jsonb) returns jsonb language sql immutable
  return case when error is not null then jsonb_build_object(
    'code', left(error ->> 'code', 64),
    'message', case when octet_length((error -> 'message')::text) <= 2400
      then error ->> 'message' else left(error ->> 'message', 399) || '…' end) end;

-- Rows ------------------------------------------------------------------------------------

-- As statement trigger: rows never change, and come or go only with the row they belong to.
create function guard_append_only() returns trigger language plpgsql as $$ begin
  if tg_op = 'UPDATE' or pg_trigger_depth() < 2 then
    raise exception '% of % is refused', tg_op, tg_table_name using errcode = 'WF010';
  end if;
  return null;
end $$;

create trigger guard before insert or update or delete on run_events
  for each statement execute function guard_append_only();
create trigger guard before update or delete on workflow_versions
  for each statement execute function guard_append_only();
create trigger guard_delete before delete on node_executions
  for each statement execute function guard_append_only();
create trigger guard before update on assets
  for each statement execute function guard_append_only();

-- Not as CHECK: those are judged on every update, and moving a node must not read the graph.
create function guard_graph() returns trigger language plpgsql as $$ begin
  if jsonb_typeof(new.graph) <> 'object' then
    raise exception 'the graph is no object'
      using errcode = 'check_violation', constraint = 'workflows_graph_object';
  elsif octet_length(new.graph::text) > 3000000 then
    raise exception 'the graph is too large'
      using errcode = 'check_violation', constraint = 'workflows_graph_size';
  end if;
  return new;
end $$;

create trigger guard_graph before insert or update of graph on workflows
  for each row execute function guard_graph();

create function guard_workflow() returns trigger language plpgsql as $$ begin
  if (new.id, new.user_id, new.created_at) is distinct from (old.id, old.user_id, old.created_at)
  then raise exception 'a workflow keeps its id and owner' using errcode = 'WF001'; end if;
  if new.revision not in (old.revision, old.revision + 1)
  then raise exception 'revisions go up by one' using errcode = 'WF002'; end if;
  return new;
end $$;

create trigger guard before update on workflows
  for each row execute function guard_workflow();

-- Runs ------------------------------------------------------------------------------------

create function guard_new_run() returns trigger language plpgsql as $$ begin
  if new.status <> 'PENDING' or new.epoch <> 0 or new.recoveries <> 0 or new.started_at is not null
  then raise exception 'a run begins as PENDING' using errcode = 'WF004'; end if;
  if new.seq <> 1 then raise exception 'events begin with 1' using errcode = 'WF010'; end if;
  return new;
end $$;

create trigger guard_new before insert on workflow_runs
  for each row execute function guard_new_run();

create function record_new_runs() returns trigger language plpgsql as $$ begin
  insert into run_events (run_id, seq, owner_id, kind, body)
  select id, seq, owner_id, 'run',
    jsonb_build_object('status', status, 'error', null, 'epoch', epoch)
  from new_rows;
  return null;
end $$;

create trigger record_new after insert on workflow_runs referencing new table as new_rows
  for each statement execute function record_new_runs();

create function guard_run() returns trigger language plpgsql as $$
declare
  lease_over boolean := coalesce(old.lease_until < clock_timestamp(), false);
  expected workflow_runs := old;
begin
  if (new.id, new.owner_id, new.workflow_id, new.version_id, new.revision, new.trigger, new.reuse,
      new.total_nodes, new.created_at, new.scope)
    is distinct from (old.id, old.owner_id, old.workflow_id, old.version_id, old.revision,
      old.trigger, old.reuse, old.total_nodes, old.created_at, old.scope)
    or old.parent_run_id <> coalesce(new.parent_run_id, old.parent_run_id)
    or old.parent_run_id is null and new.parent_run_id is not null
    or old.idempotency_key <> coalesce(new.idempotency_key, old.idempotency_key)
    or old.idempotency_key is null and new.idempotency_key is not null
    or old.request_sha256 <> coalesce(new.request_sha256, old.request_sha256)
    or old.started_at <> coalesce(new.started_at, '-infinity')
    or old.cancel_requested_at <> coalesce(new.cancel_requested_at, '-infinity')
  then raise exception 'this part of a run never changes' using errcode = 'WF001'; end if;

  if is_terminal(old.status) then
    -- What may still happen: keys are forgotten, parents deleted, Prefect's answer comes late.
    expected.parent_run_id := new.parent_run_id;
    expected.idempotency_key := new.idempotency_key;
    expected.request_sha256 := new.request_sha256;
    expected.prefect_flow_run_id := coalesce(old.prefect_flow_run_id, new.prefect_flow_run_id);
    if new is distinct from expected
    then raise exception 'a % run is frozen', old.status using errcode = 'WF003'; end if;
    return new;
  end if;

  if new.seq <> old.seq and pg_trigger_depth() < 2
  then raise exception 'the database numbers events' using errcode = 'WF010'; end if;
  if new.seq < old.seq or new.recoveries < old.recoveries or new.epoch not in (old.epoch, old.epoch + 1)
  then raise exception 'a counter of a run went back or jumped' using errcode = 'WF002'; end if;

  if (old.status, new.status) not in (('PENDING', 'PENDING'), ('PENDING', 'RUNNING'),
      ('PENDING', 'FAILED'), ('PENDING', 'CANCELLED'), ('RUNNING', 'RUNNING'),
      ('RUNNING', 'PENDING'), ('RUNNING', 'COMPLETED'), ('RUNNING', 'FAILED'),
      ('RUNNING', 'CANCELLED'))
  then raise exception 'a run cannot go from % to %', old.status, new.status
    using errcode = 'WF004'; end if;

  if (old.status, new.status) = ('PENDING', 'RUNNING') then
    if new.epoch <> old.epoch + 1
    then raise exception 'a claim takes the next epoch' using errcode = 'WF002'; end if;
    if new.lease_until <= clock_timestamp()
    then raise exception 'a claim takes a lease' using errcode = 'WF005'; end if;
  elsif new.epoch <> old.epoch and not (new.status = 'RUNNING' and lease_over)
  then raise exception 'only a claim takes the next epoch' using errcode = 'WF002'; end if;

  if (old.status, new.status) = ('RUNNING', 'PENDING') then
    if not lease_over then raise exception 'the lease is live' using errcode = 'WF005'; end if;
    if exists (select from node_executions where run_id = new.id and status = 'RUNNING')
    then raise exception 'open node rows' using errcode = 'WF008'; end if;
  end if;

  if new.status <> old.status then
    new.seq := old.seq + 1;
    insert into run_events (run_id, seq, owner_id, kind, body)
    values (new.id, new.seq, new.owner_id, 'run', jsonb_build_object(
      'status', new.status, 'error', event_error(new.error), 'epoch', new.epoch));
  end if;
  if new.cancel_requested_at is not null and old.cancel_requested_at is null
  then perform pg_notify('nodeloom_cancel', new.id::text); end if;
  return new;
end $$;

create trigger guard before update on workflow_runs
  for each row execute function guard_run();

create function guard_run_delete() returns trigger language plpgsql as $$ begin
  if not is_terminal(old.status) and pg_trigger_depth() < 2
  then raise exception 'a run that has not ended is not deleted' using errcode = 'WF003'; end if;
  return old;
end $$;

create trigger guard_delete before delete on workflow_runs
  for each row execute function guard_run_delete();

-- Judged at the end of the transaction, when all its writes are known.
create function check_run() returns trigger language plpgsql as $$
declare
  everything integer; completed integer; open integer;
begin
  if not exists (select from workflow_runs where id = new.id) then return null; end if;
  select count(*), count(*) filter (where status = 'COMPLETED'),
    count(*) filter (where not is_terminal(status))
  into everything, completed, open from node_executions where run_id = new.id;
  if everything <> new.total_nodes
  then raise exception 'the run has % of % node rows', everything, new.total_nodes
    using errcode = 'WF012'; end if;
  if is_terminal(new.status) and open > 0
  then raise exception 'open node rows' using errcode = 'WF008'; end if;
  if new.status = 'COMPLETED' and completed < everything
  then raise exception 'not every node completed' using errcode = 'WF011'; end if;
  return null;
end $$;

create constraint trigger check_new after insert on workflow_runs
  deferrable initially deferred for each row execute function check_run();
create constraint trigger check_ended after update of status on workflow_runs
  deferrable initially deferred for each row when (is_terminal(new.status))
  execute function check_run();

-- Nodes -----------------------------------------------------------------------------------

create function guard_new_node() returns trigger language plpgsql as $$
declare
  run record;
begin
  select status, epoch into run from workflow_runs
  where id = new.run_id and owner_id = new.owner_id for no key update;
  if not found then raise exception 'no such run' using errcode = 'WF009'; end if;
  if run.status <> 'PENDING' or run.epoch <> 0
  then raise exception 'the run has begun' using errcode = 'WF007'; end if;
  if new.status <> 'PENDING' or new.attempt <> 0 or new.epoch <> 0
  then raise exception 'a node execution begins as PENDING' using errcode = 'WF004'; end if;
  return new;
end $$;

create trigger guard_new before insert on node_executions
  for each row execute function guard_new_node();

create function guard_node() returns trigger language plpgsql as $$
declare
  run record;
begin
  if is_terminal(old.status) then
    if new is not distinct from old then return null; end if;  -- the same write again
    raise exception 'a % node execution is frozen', old.status using errcode = 'WF003';
  end if;
  if (new.id, new.run_id, new.owner_id, new.node_id, new.node_type, new.label, new.ordinal,
      new.created_at)
    is distinct from (old.id, old.run_id, old.owner_id, old.node_id, old.node_type, old.label,
      old.ordinal, old.created_at)
  then raise exception 'this part of a node execution never changes' using errcode = 'WF001';
  end if;

  select status, epoch, lease_until into run from workflow_runs
  where id = new.run_id for no key update;  -- one writer a run
  if new.epoch <> run.epoch then raise exception 'stale epoch' using errcode = 'WF006'; end if;
  if not (run.status = 'RUNNING'
    or run.status = 'PENDING' and old.status = 'PENDING'
      and new.status in ('FAILED', 'CANCELLED', 'SKIPPED'))
  then raise exception 'the run is %', run.status using errcode = 'WF007'; end if;

  if new.attempt < old.attempt
  then raise exception 'attempts go up' using errcode = 'WF002'; end if;
  if (old.status, new.status) = ('RUNNING', 'SKIPPED')
    or (old.status, new.status) = ('PENDING', 'COMPLETED') and not new.reused
  then raise exception 'a node execution cannot go from % to %', old.status, new.status
    using errcode = 'WF004'; end if;
  -- What a dead claim left RUNNING is opened again or given up, never taken for done.
  if old.status = 'RUNNING' and old.epoch < new.epoch
    and new.status not in ('PENDING', 'FAILED', 'CANCELLED')
  then raise exception 'the attempt belongs to an older claim' using errcode = 'WF006'; end if;
  if (old.status, new.status) = ('RUNNING', 'PENDING') and old.epoch = new.epoch
    and run.lease_until >= clock_timestamp()
  then raise exception 'the lease is live' using errcode = 'WF005'; end if;

  if (new.status, new.attempt) is distinct from (old.status, old.attempt)
    and new.changed_at = old.changed_at
  then new.changed_at := clock_timestamp(); end if;
  return new;
end $$;

create trigger guard before update on node_executions
  for each row execute function guard_node();

-- One update of the run and one insert of events, however many node rows a statement changed.
create function record_node_changes() returns trigger language plpgsql as $$ begin
  with changed as (
    select n.*, row_number() over (
      partition by n.run_id order by n.changed_at, n.ordinal, n.node_id) as place
    from new_rows n join old_rows o using (id)
    where (n.status, n.attempt) is distinct from (o.status, o.attempt)
  ), numbered as (
    update workflow_runs r set seq = r.seq + c.events
    from (select run_id, count(*) as events from changed group by run_id) c
    where r.id = c.run_id
    returning r.id, r.seq - c.events as before
  )
  insert into run_events (run_id, seq, owner_id, kind, body)
  select c.run_id, n.before + c.place, c.owner_id, 'node', jsonb_build_object(
    'nodeId', c.node_id, 'executionId', c.id, 'status', c.status, 'attempt', c.attempt,
    'reused', c.reused, 'error', event_error(c.error))
  from changed c join numbered n on n.id = c.run_id;
  return null;
end $$;

create trigger record after update on node_executions
  referencing old table as old_rows new table as new_rows
  for each statement execute function record_node_changes();

-- Hints for those who wait; PostgreSQL sends equal ones of a transaction once.
create function announce_events() returns trigger language plpgsql as $$ begin
  perform pg_notify('nodeloom_events', run_id::text)
  from (select distinct run_id from new_rows) as runs;
  perform pg_notify('nodeloom_runs', run_id::text)
  from new_rows where kind = 'run' and body ->> 'status' = 'PENDING';
  return null;
end $$;

create trigger announce after insert on run_events referencing new table as new_rows
  for each statement execute function announce_events();
