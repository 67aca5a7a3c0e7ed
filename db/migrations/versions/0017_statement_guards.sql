-- Node rows are judged a statement at a time instead of a row at a time, by the same rules. Only what
-- a comparison of the two versions of a row already shows to be wrong is still met row by row, and
-- PostgreSQL makes that comparison without calling anything.

drop trigger guard on node_executions;
drop trigger guard_new on node_executions;
drop function guard_new_node();

create or replace function guard_node() returns trigger language plpgsql as $$ begin
  if is_terminal(old.status) then
    if new is not distinct from old then return null; end if;  -- the same write again
    raise exception 'a % node execution is frozen', old.status using errcode = 'WF003';
  end if;
  raise exception 'this part of a node execution never changes' using errcode = 'WF001';
end $$;

create trigger guard before update on node_executions
  for each row when (is_terminal(old.status)
    or (new.id, new.run_id, new.owner_id, new.node_id, new.node_type, new.label, new.ordinal,
        new.created_at)
      is distinct from (old.id, old.run_id, old.owner_id, old.node_id, old.node_type, old.label,
        old.ordinal, old.created_at))
  execute function guard_node();

create function set_changed_at() returns trigger language plpgsql as $$ begin
  new.changed_at := clock_timestamp();
  return new;
end $$;

create trigger set_changed_at before update on node_executions
  for each row when ((new.status, new.attempt) is distinct from (old.status, old.attempt)
    and new.changed_at = old.changed_at)
  execute function set_changed_at();

create function check_new_nodes() returns trigger language plpgsql as $$
declare
  problem text;
begin
  perform from workflow_runs where id in (select run_id from new_rows)
  order by id for no key update;  -- one writer a run
  select case
      when r.id is null then 'WF009: no such run'
      when r.status <> 'PENDING' or r.epoch <> 0 then 'WF007: the run has begun'
      else 'WF004: a node execution begins as PENDING' end
  into problem
  from new_rows n left join workflow_runs r on r.id = n.run_id and r.owner_id = n.owner_id
  where r.id is null or r.status <> 'PENDING' or r.epoch <> 0
    or n.status <> 'PENDING' or n.attempt <> 0 or n.epoch <> 0
  limit 1;
  if problem is not null
  then raise exception '%', substr(problem, 8) using errcode = left(problem, 5); end if;
  return null;
end $$;

create trigger check_new after insert on node_executions
  referencing new table as new_rows for each statement execute function check_new_nodes();

-- A node may complete without ever having been RUNNING in a row: where it begins and ends within one
-- commit it is written once, with its attempt and both its times.
create function check_changed_nodes() returns trigger language plpgsql as $$
declare
  problem text;
begin
  perform from workflow_runs where id in (select run_id from new_rows)
  order by id for no key update;  -- one writer a run
  select judged.problem into problem from (
    select case
      when n.epoch <> r.epoch then 'WF006: stale epoch'
      when r.status <> 'RUNNING' and not (r.status = 'PENDING' and o.status = 'PENDING'
        and n.status in ('FAILED', 'CANCELLED', 'SKIPPED')) then 'WF007: the run is ' || r.status
      when n.attempt < o.attempt then 'WF002: attempts go up'
      when (o.status, n.status) = ('RUNNING', 'SKIPPED')
        or (o.status, n.status) = ('PENDING', 'COMPLETED') and not n.reused
          and (n.attempt = o.attempt or n.started_at is null)
      then format('WF004: a node execution cannot go from %s to %s', o.status, n.status)
      -- What a dead claim left RUNNING is opened again or given up, never taken for done.
      when o.status = 'RUNNING' and o.epoch < n.epoch
        and n.status not in ('PENDING', 'FAILED', 'CANCELLED')
      then 'WF006: the attempt belongs to an older claim'
      when (o.status, n.status) = ('RUNNING', 'PENDING') and o.epoch = n.epoch
        and r.lease_until >= clock_timestamp() then 'WF005: the lease is live'
      end as problem
    from new_rows n join old_rows o using (id) join workflow_runs r on r.id = n.run_id
  ) as judged
  where judged.problem is not null limit 1;
  if problem is not null
  then raise exception '%', substr(problem, 8) using errcode = left(problem, 5); end if;
  return null;
end $$;

-- Before `record`, which numbers events: triggers of one kind go by their names.
create trigger check_changed after update on node_executions
  referencing old table as old_rows new table as new_rows
  for each statement execute function check_changed_nodes();
