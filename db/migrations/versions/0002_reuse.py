"""Runs of a part of a workflow: what enters them from outside is kept with them."""

from alembic import op

revision = "0002_reuse"
down_revision = "0001"
branch_labels = None
depends_on = None

UP = """
create table run_inputs (
  run_id uuid not null,
  node_id text not null,
  owner_id text not null,
  source_run_id uuid not null,
  output jsonb not null,
  constraint run_inputs_pkey primary key (run_id, node_id),
  constraint run_inputs_run_id_owner_id_fkey
    foreign key (run_id, owner_id)
    references workflow_runs (id, owner_id) on delete cascade,
  constraint run_inputs_node_id_length check (char_length(node_id) between 1 and 128),
  constraint run_inputs_output_object check (jsonb_typeof(output) = 'object'),
  constraint run_inputs_output_size check (octet_length(output::text) <= 2097152)
);

create function guard_new_input() returns trigger language plpgsql as $$
declare
  run record;
begin
  select status, epoch into run from workflow_runs
  where id = new.run_id and owner_id = new.owner_id for no key update;
  if not found then raise exception 'no such run' using errcode = 'WF009'; end if;
  if run.status <> 'PENDING' or run.epoch <> 0
  then raise exception 'the run has begun' using errcode = 'WF007'; end if;
  return new;
end $$;

create trigger guard_new before insert on run_inputs
  for each row execute function guard_new_input();
create trigger guard before update or delete on run_inputs
  for each statement execute function guard_append_only();
"""
DOWN = """
drop table run_inputs;
drop function guard_new_input();
"""


def upgrade() -> None:
    _run(UP)


def downgrade() -> None:
    _run(DOWN)


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
