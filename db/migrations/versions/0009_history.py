"""The history of saves, and what lists of workflows show without reading graphs."""

from alembic import op

revision = "0009_history"
down_revision = "0008_traceparent"
branch_labels = None
depends_on = None

UP = """
alter table workflows add column sketch jsonb
  constraint workflows_sketch_size check (octet_length(sketch::text) <= 65536);
create index workflows_name_idx on workflows (user_id, lower(name), id)
  where deleted_at is null;
create index workflows_deleted_idx on workflows (user_id, updated_at desc, id desc)
  where deleted_at is not null;

create table workflow_revisions (
  workflow_id integer not null,
  revision integer not null,
  owner_id text not null,
  version_id uuid not null,
  origin text not null,
  source_revision integer,
  began_at timestamptz not null,
  saves integer default 1 not null,
  superseded boolean default false not null,
  pinned boolean default false not null,
  label text,
  positions jsonb not null,
  outline jsonb,
  created_at timestamptz default clock_timestamp() not null,
  constraint workflow_revisions_pkey primary key (workflow_id, revision),
  constraint workflow_revisions_workflow_id_owner_id_fkey
    foreign key (workflow_id, owner_id)
    references workflows (id, user_id) on delete cascade,
  constraint workflow_revisions_version_fkey
    foreign key (version_id, workflow_id, owner_id)
    references workflow_versions (id, workflow_id, owner_id) on delete cascade,
  constraint workflow_revisions_origin_known check (
    origin in ('created', 'saved', 'restored', 'imported', 'template', 'duplicated')),
  constraint workflow_revisions_counters check (revision >= 1 and saves >= 1),
  constraint workflow_revisions_label_length check (char_length(label) between 1 and 200),
  constraint workflow_revisions_positions_object check (jsonb_typeof(positions) = 'object'),
  constraint workflow_revisions_positions_size check (octet_length(positions::text) <= 524288),
  constraint workflow_revisions_outline_object check (jsonb_typeof(outline) = 'object'),
  constraint workflow_revisions_outline_size check (octet_length(outline::text) <= 1048576)
);
create index workflow_revisions_version_idx on workflow_revisions (version_id);
create index workflow_revisions_superseded_idx on workflow_revisions (created_at)
  where superseded and not pinned and label is null;

-- An entry says for ever what was saved; what people call it and where nodes were may change.
create function guard_revision() returns trigger language plpgsql as $$
declare
  expected workflow_revisions := old;
begin
  expected.positions := new.positions;
  expected.label := new.label;
  expected.pinned := new.pinned;
  expected.superseded := old.superseded or new.superseded;
  if new is distinct from expected
  then raise exception 'UPDATE of workflow_revisions is refused' using errcode = 'WF010'; end if;
  return new;
end $$;

create trigger guard before update on workflow_revisions
  for each row execute function guard_revision();

select own_rows('workflow_revisions', 'owner_id');

-- What is there now is the first entry of each history; the tables' owner has to see all of it.
alter table workflows no force row level security;
alter table workflow_revisions no force row level security;
insert into workflow_revisions
  (workflow_id, revision, owner_id, version_id, origin, began_at, positions, created_at)
select id, revision, user_id, version_id, 'saved', updated_at,
  coalesce((
    select jsonb_object_agg(node ->> 'id', coalesce(w.positions -> (node ->> 'id'), node -> 'position'))
    from jsonb_array_elements(w.graph -> 'nodes') as node), '{}'),
  updated_at
from workflows w;
alter table workflows force row level security;
alter table workflow_revisions force row level security;
"""
DOWN = """
drop table workflow_revisions;
drop function guard_revision();
drop index workflows_deleted_idx;
drop index workflows_name_idx;
alter table workflows drop column sketch;
"""


def upgrade() -> None:
    _run(UP)


def downgrade() -> None:
    _run(DOWN)


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
