"""People who sign in: what is known of them, their API keys, and messages about them."""

from alembic import op

revision = "0006_people"
down_revision = "0005_catch_up"
branch_labels = None
depends_on = None

UP = """
-- A name and an address are for people to read: two may be the same, or not be known yet.
alter table users
  alter column email drop not null,
  drop constraint users_email_key,
  add column name text,
  add column synced_at timestamptz,
  add constraint users_name_length check (char_length(name) between 1 and 320);

create table deleted_users (
  id text not null,
  deleted_at timestamptz default clock_timestamp() not null,
  constraint deleted_users_pkey primary key (id),
  constraint deleted_users_id_length check (char_length(id) between 1 and 255)
);

-- Deletion is final, whoever comes with a token that is still valid. The lock has the two wait
-- for each other: db.users takes it before it deletes.
create function guard_new_user() returns trigger language plpgsql as $$ begin
  perform pg_advisory_xact_lock(hashtextextended(new.id, 0));
  if exists (select from deleted_users where id = new.id)
  then raise exception 'the user was deleted' using errcode = 'WF013'; end if;
  return new;
end $$;

create trigger guard_new before insert on users
  for each row execute function guard_new_user();

create table api_keys (
  id uuid default gen_random_uuid() not null,
  owner_id text not null,
  name text not null,
  secret_sha256 bytea not null,
  hint text not null,
  scopes text[] not null,
  created_at timestamptz default clock_timestamp() not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  constraint api_keys_pkey primary key (id),
  constraint api_keys_secret_sha256_key unique (secret_sha256),
  constraint api_keys_owner_id_fkey
    foreign key (owner_id) references users (id) on delete cascade,
  constraint api_keys_name_length check (char_length(name) between 1 and 100),
  constraint api_keys_hint_length check (char_length(hint) between 1 and 16),
  constraint api_keys_secret_sha256_length check (octet_length(secret_sha256) = 32),
  constraint api_keys_scopes_known
    check (scopes <@ array['read', 'write', 'run'] and cardinality(scopes) between 1 and 3)
);
create index api_keys_list_idx on api_keys (owner_id, created_at desc, id desc);

create table webhook_messages (
  id text not null,
  type text not null,
  received_at timestamptz default clock_timestamp() not null,
  constraint webhook_messages_pkey primary key (id),
  constraint webhook_messages_id_length check (char_length(id) between 1 and 255),
  constraint webhook_messages_type_length check (char_length(type) between 1 and 100)
);
create index webhook_messages_received_idx on webhook_messages (received_at);
"""
DOWN = """
drop table webhook_messages;
drop table api_keys;
drop trigger guard_new on users;
drop function guard_new_user();
drop table deleted_users;

update users set email = id || '@nowhere.invalid'
where email is null
  or exists (select from users other where other.email = users.email and other.id < users.id);
alter table users
  drop constraint users_name_length,
  drop column synced_at,
  drop column name,
  add constraint users_email_key unique (email),
  alter column email set not null;
"""


def upgrade() -> None:
    _run(UP)


def downgrade() -> None:
    _run(DOWN)


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
