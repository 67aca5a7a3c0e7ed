-- Node rows are judged one by one again.

drop trigger check_changed on node_executions;
drop function check_changed_nodes();
drop trigger check_new on node_executions;
drop function check_new_nodes();
drop trigger set_changed_at on node_executions;
drop function set_changed_at();
drop trigger guard on node_executions;

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

create or replace function guard_node() returns trigger language plpgsql as $$
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
