-- What a quick run writes, as one statement each, which is a transaction of its own.

-- Starts a run of a workflow as it was at a revision; null where the owner has it no more, or not at
-- that revision. May be called again with the same id: a commit's answer can be lost.
create function start_run(
  of_owner text, of_workflow integer, of_revision integer, run jsonb, nodes jsonb
) returns timestamptz
language plpgsql as $$
declare
  made_at timestamptz;
begin
  perform set_config('app.user_id', of_owner, true);
  insert into workflow_runs (id, owner_id, workflow_id, version_id, revision, scope, reuse, trigger,
    total_nodes, traceparent, catalogue_digest)
  select (run ->> 'id')::uuid, w.user_id, w.id, w.version_id, w.revision, run -> 'scope',
    run ->> 'reuse', run ->> 'trigger', jsonb_array_length(nodes), run ->> 'traceparent',
    run ->> 'catalogue_digest'
  from workflows w
  where w.id = of_workflow and w.user_id = of_owner and w.deleted_at is null
    and w.revision = of_revision and w.version_id = (run ->> 'version_id')::uuid
  on conflict (id) do nothing
  returning created_at into made_at;
  if not found then
    select created_at into made_at from workflow_runs
    where id = (run ->> 'id')::uuid and owner_id = of_owner;
    return made_at;
  end if;
  insert into node_executions (id, run_id, owner_id, node_id, node_type, label, ordinal, cache_key)
  select n.id, (run ->> 'id')::uuid, of_owner, n.node_id, n.node_type, n.label, n.ordinal, n.cache_key
  from jsonb_to_recordset(nodes) as n (
    id uuid, node_id text, node_type text, label text, ordinal integer, cache_key text)
  order by n.ordinal;
  return made_at;
end $$;

-- Writes changes of the nodes of a run, then its end if there is one; false, with nothing written,
-- where the run is not this claim's any more. In a batch no node has more than one change. What is
-- written already is left out, and a run that this claim has ended in this way stays as it is, so
-- all of it may be sent again: a commit's answer can be lost.
create function write_run(
  of_run uuid, of_epoch integer, batches jsonb, end_status text, end_error jsonb
) returns boolean
language plpgsql as $$
declare
  batch jsonb;
  written integer;
  problem record;
begin
  perform from workflow_runs where id = of_run and epoch = of_epoch and status = 'RUNNING'
  for no key update;
  if not found then
    return exists (
      select from workflow_runs where id = of_run and epoch = of_epoch and status = end_status);
  end if;
  for batch in select * from jsonb_array_elements(batches) loop
    update node_executions n
    set status = c.status, epoch = of_epoch, attempt = greatest(n.attempt, c.attempt),
      input = coalesce(c.input, n.input), output = c.output,
      other_outputs = c.other_outputs, error = c.error, skip_reason = c.skip_reason,
      usage = coalesce(c.usage, n.usage), reused = c.reused, reused_from = c.reused_from,
      cache_key = coalesce(c.cache_key, n.cache_key),
      changed_at = clock_timestamp() + c.place * interval '1 microsecond',
      started_at = coalesce(n.started_at, c.started_at,
        case when c.status = 'RUNNING' then clock_timestamp() end),
      finished_at = case when not is_terminal(c.status) then null else
        greatest(coalesce(c.finished_at, clock_timestamp()), n.started_at, c.started_at) end
    from jsonb_to_recordset(batch) as c (
      place integer, node_id text, status text, attempt smallint, input jsonb, output jsonb,
      other_outputs jsonb, error jsonb, skip_reason text, usage jsonb, reused boolean,
      reused_from uuid, cache_key text,
      started_at timestamptz, finished_at timestamptz)
    where n.run_id = of_run and n.node_id = c.node_id and not is_terminal(n.status)
      and not (n.epoch = of_epoch and n.status = 'RUNNING' and c.status = 'RUNNING'
        and coalesce(c.attempt, 0) <= n.attempt);
    get diagnostics written = row_count;
    if written < jsonb_array_length(batch) then
      select c.node_id, n.status into problem
      from jsonb_to_recordset(batch) as c (node_id text, status text)
      left join node_executions n on n.run_id = of_run and n.node_id = c.node_id
      where n.id is null or is_terminal(n.status)
        and (n.epoch <> of_epoch or c.status not in ('RUNNING', n.status))
      limit 1;
      if found and problem.status is null
      then raise exception 'the run has no node %', quote_literal(problem.node_id)
        using errcode = 'WF009'; end if;
      if found
      then raise exception 'a % node execution has ended already', problem.status
        using errcode = 'WF014'; end if;
    end if;
  end loop;
  if end_status is not null then
    update workflow_runs
    set status = end_status, error = end_error, finished_at = clock_timestamp(), lease_until = null
    where id = of_run;
  end if;
  return true;
end $$;
