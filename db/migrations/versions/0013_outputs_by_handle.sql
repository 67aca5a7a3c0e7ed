-- `output` is what is at a node's first output. `other_outputs` is what is at others, by handle: null
-- where a node has only one, {} where nothing is there. An output without a value was not taken.

alter table node_executions
  add column other_outputs jsonb,
  drop constraint node_executions_output_iff_completed,
  add constraint node_executions_output_iff_completed
    check ((status = 'COMPLETED') = (num_nonnulls(output, other_outputs) > 0)),
  add constraint node_executions_other_outputs_object
    check (jsonb_typeof(other_outputs) = 'object'),
  add constraint node_executions_other_outputs_size
    check (octet_length(other_outputs::text) <= 2097152);

alter table run_inputs
  alter column output drop not null,
  add column other_outputs jsonb,
  add constraint run_inputs_has_outputs check (num_nonnulls(output, other_outputs) > 0),
  add constraint run_inputs_other_outputs_object check (jsonb_typeof(other_outputs) = 'object'),
  add constraint run_inputs_other_outputs_size
    check (octet_length(other_outputs::text) <= 2097152);

drop function events_after(text, uuid, bigint, integer, integer);

-- A run without events after `after_seq` gives one row of nothing, an unknown one no row.
create function events_after(
  of_owner text, of_run uuid, after_seq bigint, most integer, output_bytes integer
) returns table (
  seq bigint, kind text, body jsonb, at timestamptz, output jsonb, other_outputs jsonb)
language plpgsql as $$ begin
  perform set_config('app.user_id', of_owner, true);
  return query
    select e.seq, e.kind, e.body, e.at, n.output, n.other_outputs
    from workflow_runs r
    left join lateral (
      select * from run_events x
      where x.run_id = r.id and x.owner_id = r.owner_id and x.seq > after_seq
      order by x.seq limit most
    ) e on true
    left join lateral (
      select x.output, x.other_outputs from node_executions x
      where e.kind = 'node' and e.body ->> 'status' = 'COMPLETED'
        and x.id = (e.body ->> 'executionId')::uuid
        and x.run_id = r.id and x.owner_id = r.owner_id
        and octet_length(concat(x.output, x.other_outputs)) <= output_bytes
    ) n on true
    where r.id = of_run and r.owner_id = of_owner
    order by e.seq;
end $$;
