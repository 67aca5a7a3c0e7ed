-- Nodes that nothing was sent to: SKIPPED without an error, and no reason for their run to fail.

alter table node_executions
  add column skip_reason text,
  drop constraint node_executions_error_if_failed,
  add constraint node_executions_error_if_failed check (status <> 'FAILED' or error is not null),
  add constraint node_executions_skip_reason_known check (skip_reason in ('not_taken')),
  add constraint node_executions_skipped_has_reason check (case when status = 'SKIPPED'
    then (error is null) <> (skip_reason is null) else skip_reason is null end);

create or replace function check_run() returns trigger language plpgsql as $$
declare
  everything integer; fine integer; open integer;
begin
  if not exists (select from workflow_runs where id = new.id) then return null; end if;
  select count(*), count(*) filter (where status = 'COMPLETED' or skip_reason is not null),
    count(*) filter (where not is_terminal(status))
  into everything, fine, open from node_executions where run_id = new.id;
  if everything <> new.total_nodes
  then raise exception 'the run has % of % node rows', everything, new.total_nodes
    using errcode = 'WF012'; end if;
  if is_terminal(new.status) and open > 0
  then raise exception 'open node rows' using errcode = 'WF008'; end if;
  if new.status = 'COMPLETED' and fine < everything
  then raise exception 'a node neither completed nor was left out' using errcode = 'WF011'; end if;
  return null;
end $$;

create or replace function record_node_changes() returns trigger language plpgsql as $$ begin
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
    'reused', c.reused, 'error', event_error(c.error), 'skipReason', c.skip_reason)
  from changed c join numbered n on n.id = c.run_id;
  return null;
end $$;

-- For this and for every later migration that makes a table: who may see which of its rows.
create or replace function isolate_owners(owned regclass, owner_column name) returns void
language plpgsql as $$ begin
  execute format('alter table %s enable row level security, force row level security', owned);
  execute format(
    'create policy owner on %s to nodeloom_app using (%I = current_owner())', owned, owner_column);
  execute format('create policy engine on %s to nodeloom_engine using (true)', owned);
  execute format(
    'grant select, insert, update, delete on %s to nodeloom_app, nodeloom_engine', owned);
end $$;

-- What is asked for all the time, in one trip to the server. Each says whose rows it is about, for
-- the transaction that it is, and asks with a plan that the connection keeps.

create function move_nodes(of_owner text, of_workflow bigint, moved jsonb) returns boolean
language plpgsql as $$ begin
  perform set_config('app.user_id', of_owner, true);
  update workflows set positions = positions || moved
  where id = of_workflow and user_id = of_owner and deleted_at is null;
  return found;
end $$;

-- A run without events after `after_seq` gives one row of nothing, an unknown one no row.
create function events_after(
  of_owner text, of_run uuid, after_seq bigint, most integer, output_bytes integer
) returns table (seq bigint, kind text, body jsonb, at timestamptz, output jsonb)
language plpgsql as $$ begin
  perform set_config('app.user_id', of_owner, true);
  return query
    select e.seq, e.kind, e.body, e.at, n.output
    from workflow_runs r
    left join lateral (
      select * from run_events x
      where x.run_id = r.id and x.owner_id = r.owner_id and x.seq > after_seq
      order by x.seq limit most
    ) e on true
    left join lateral (
      select x.output from node_executions x
      where e.kind = 'node' and e.body ->> 'status' = 'COMPLETED'
        and x.id = (e.body ->> 'executionId')::uuid
        and x.run_id = r.id and x.owner_id = r.owner_id
        and octet_length(x.output::text) <= output_bytes
    ) n on true
    where r.id = of_run and r.owner_id = of_owner
    order by e.seq;
end $$;

create function run_state(of_owner text, of_run uuid) returns table (status text, seq bigint)
language plpgsql as $$ begin
  perform set_config('app.user_id', of_owner, true);
  return query
    select r.status, r.seq from workflow_runs r where r.id = of_run and r.owner_id = of_owner;
end $$;
