"""Share links: addresses at which people without an account use a function."""

from alembic import op

revision = "0031_function_links"
down_revision = "0030_function_keys"
branch_labels = None
depends_on = None

UP = """
alter table workflow_runs drop constraint workflow_runs_trigger_known;
alter table workflow_runs add constraint workflow_runs_trigger_known
  check (trigger in ('api', 'link', 'prefect', 'schedule')) not valid;
alter table workflow_runs validate constraint workflow_runs_trigger_known;

create table function_links (
  id uuid primary key default gen_random_uuid(),
  owner_id text not null,
  function_name text not null,
  title text not null,
  token_sha256 bytea not null,
  max_runs integer not null,
  run_count integer not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz,
  constraint function_links_id_owner_id_key unique (id, owner_id),
  foreign key (owner_id, function_name) references functions (owner_id, name) on delete cascade,
  constraint function_links_title_length check (char_length(title) between 1 and 100),
  constraint function_links_token_sha256_length check (octet_length(token_sha256) = 32),
  constraint function_links_max_runs_range check (max_runs between 1 and 10000),
  constraint function_links_run_count_range check (run_count between 0 and max_runs)
);
create index function_links_list_idx on function_links (owner_id, function_name, created_at desc);
create index function_links_expires_idx on function_links (expires_at);
select isolate_owners('function_links', 'owner_id');
create policy look_up on function_links to nodeloom_identity using (true);
grant select on function_links to nodeloom_identity;

create table link_runs (
  run_id uuid primary key,
  link_id uuid not null,
  owner_id text not null,
  foreign key (link_id, owner_id) references function_links (id, owner_id) on delete cascade,
  foreign key (run_id, owner_id) references workflow_runs (id, owner_id) on delete cascade
);
create index link_runs_link_idx on link_runs (link_id);
select isolate_owners('link_runs', 'owner_id');

create table link_uploads (
  link_id uuid not null,
  asset_id uuid not null,
  owner_id text not null,
  bytes bigint not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (link_id, asset_id),
  foreign key (link_id, owner_id) references function_links (id, owner_id) on delete cascade
);
select isolate_owners('link_uploads', 'owner_id');
"""
# Runs that have ended are frozen for everybody else, and hidden even from their table's owner.
DOWN = """
drop table link_uploads, link_runs, function_links;
alter table workflow_runs disable trigger user;
alter table workflow_runs no force row level security;
alter table workflow_runs drop constraint workflow_runs_trigger_known;
update workflow_runs set trigger = 'api' where trigger = 'link';
alter table workflow_runs add constraint workflow_runs_trigger_known
  check (trigger in ('api', 'prefect', 'schedule'));
alter table workflow_runs force row level security;
alter table workflow_runs enable trigger user;
"""


def upgrade() -> None:
    _run(UP)


def downgrade() -> None:
    _run(DOWN)


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
