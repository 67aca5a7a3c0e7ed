drop function events_after(text, uuid, bigint, integer, integer);

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

-- Rows that have ended are frozen for everybody else, and hidden even from their tables' owner.
alter table node_executions disable trigger user;
alter table node_executions no force row level security;
update node_executions set output = '{"kind": "text", "text": ""}', cache_key = null
where status = 'COMPLETED' and output is null;
alter table node_executions force row level security;
alter table node_executions enable trigger user;

alter table run_inputs disable trigger user;
alter table run_inputs no force row level security;
update run_inputs set output = '{"kind": "text", "text": ""}' where output is null;
alter table run_inputs force row level security;
alter table run_inputs enable trigger user;

alter table run_inputs
  drop constraint run_inputs_other_outputs_size,
  drop constraint run_inputs_other_outputs_object,
  drop constraint run_inputs_has_outputs,
  drop column other_outputs,
  alter column output set not null;
alter table node_executions
  drop constraint node_executions_other_outputs_size,
  drop constraint node_executions_other_outputs_object,
  drop constraint node_executions_output_iff_completed,
  add constraint node_executions_output_iff_completed
    check ((status = 'COMPLETED') = (output is not null)),
  drop column other_outputs;
