-- Rows that have ended are frozen for everybody else, and hidden even from their tables' owner.
alter table node_executions disable trigger user;
alter table node_executions no force row level security;
update node_executions set output = null where status = 'FAILED' and output is not null;
alter table node_executions force row level security;
alter table node_executions enable trigger user;

alter table node_executions
  drop constraint node_executions_output_of_ended,
  add constraint node_executions_output_iff_completed
    check ((status = 'COMPLETED') = (num_nonnulls(output, other_outputs) > 0));

create or replace function events_after(
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
