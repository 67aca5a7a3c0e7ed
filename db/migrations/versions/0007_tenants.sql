-- Whose rows are whose, kept by the database itself, whoever asks: see db/roles.py.
--
-- Row-level security is forced on every table with an owner, so that a query which forgets the
-- owner gives nothing instead of everybody's rows. Foreign keys are followed in the table
-- owner's name, so deleting a user still takes along what is theirs.

create function current_owner() returns text language sql stable
  return nullif(current_setting('app.user_id', true), '');

-- For this and for every later migration that makes a table: who may see which of its rows.
create function own_rows(owned regclass, owner_column name) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security, force row level security', owned);
  execute format(
    'create policy own on %s to nodeloom_app using (%I = current_owner())', owned, owner_column);
  execute format('create policy work on %s to nodeloom_engine using (true)', owned);
  execute format(
    'grant select, insert, update, delete on %s to nodeloom_app, nodeloom_engine', owned);
end $$;

grant usage on schema public to nodeloom_app, nodeloom_engine, nodeloom_identity;
grant usage on all sequences in schema public to nodeloom_app, nodeloom_engine;
alter default privileges in schema public
  grant usage on sequences to nodeloom_app, nodeloom_engine;

select own_rows('workflows', 'user_id');
select own_rows('workflow_versions', 'owner_id');
select own_rows('workflow_runs', 'owner_id');
select own_rows('run_inputs', 'owner_id');
select own_rows('node_executions', 'owner_id');
select own_rows('run_events', 'owner_id');
select own_rows('assets', 'owner_id');

-- Whose turn it is at a chore, and at a provider, is the executors' alone.
alter table chores enable row level security, force row level security;
create policy work on chores to nodeloom_engine using (true);
grant select, insert, update on chores to nodeloom_engine;
alter table provider_turns enable row level security, force row level security;
create policy work on provider_turns to nodeloom_engine using (true);
grant select, insert, update, delete on provider_turns, provider_pauses, chores to nodeloom_engine;

-- People. Only looking up who is asking, before anybody is known, sees more than one of them.
alter table users enable row level security, force row level security;
create policy own on users for select to nodeloom_app using (id = current_owner());
create policy work on users for select to nodeloom_engine using (true);
create policy look_up on users to nodeloom_identity using (true);
grant select on users to nodeloom_app, nodeloom_engine;
grant select, insert, update, delete on users to nodeloom_identity;

alter table api_keys enable row level security, force row level security;
create policy own on api_keys to nodeloom_app using (owner_id = current_owner());
create policy look_up on api_keys to nodeloom_identity using (true);
grant select, insert, delete on api_keys to nodeloom_app;
grant select, update (last_used_at) on api_keys to nodeloom_identity;

alter table deleted_users enable row level security, force row level security;
create policy look_up on deleted_users to nodeloom_identity using (true);
grant select, insert on deleted_users to nodeloom_identity;

alter table webhook_messages enable row level security, force row level security;
create policy look_up on webhook_messages to nodeloom_identity using (true);
grant select, insert, delete on webhook_messages to nodeloom_identity;
