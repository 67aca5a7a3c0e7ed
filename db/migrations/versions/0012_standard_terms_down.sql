drop function run_state(text, uuid);
drop function events_after(text, uuid, bigint, integer, integer);
drop function move_nodes(text, bigint, jsonb);

create or replace function isolate_owners(owned regclass, owner_column name) returns void
language plpgsql as $$ begin
  execute format('alter table %s enable row level security, force row level security', owned);
  execute format(
    'create policy own on %s to nodeloom_app using (%I = current_owner())', owned, owner_column);
  execute format('create policy work on %s to nodeloom_engine using (true)', owned);
  execute format(
    'grant select, insert, update, delete on %s to nodeloom_app, nodeloom_engine', owned);
end $$;

-- Rows that have ended are frozen for everybody else, and hidden even from their tables' owner.
alter table node_executions disable trigger user;
alter table node_executions no force row level security;
update node_executions set skip_reason = null, error = jsonb_build_object(
  'code', 'not_taken', 'message', 'Nothing was sent to this node.')
where skip_reason is not null;
alter table node_executions force row level security;
alter table node_executions enable trigger user;

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
    'reused', c.reused, 'error', event_error(c.error))
  from changed c join numbered n on n.id = c.run_id;
  return null;
end $$;

create or replace function check_run() returns trigger language plpgsql as $$
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

alter table node_executions
  drop constraint node_executions_skipped_has_reason,
  drop constraint node_executions_skip_reason_known,
  drop constraint node_executions_error_if_failed,
  add constraint node_executions_error_if_failed
    check (status not in ('FAILED', 'SKIPPED') or error is not null),
  drop column skip_reason;
