#!/bin/sh
# Run once, by PostgreSQL's image, on an empty volume: the user that Nodeloom has, who is no superuser,
# the roles that keep users apart, and both databases.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --set=password="$DATABASE_PASSWORD" \
  --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" <<'SQL'
create role nodeloom login password :'password';
create role nodeloom_app nologin;
create role nodeloom_engine nologin;
create role nodeloom_identity nologin;
grant nodeloom_app, nodeloom_engine, nodeloom_identity to nodeloom with inherit false, set true;
create database nodeloom owner nodeloom;
create database nodeloom_prefect owner nodeloom;
alter database nodeloom_prefect set synchronous_commit = off;
SQL
