"""Runs that wait for a person: paused by one, executed by nobody, and resumed."""

from alembic import op

revision = "0020_waiting_runs"
down_revision = "0019_failed_answers"
branch_labels = None
depends_on = None

UP = """
alter table workflow_runs
  add column pause_requested_at timestamptz,
  add column resumed_at timestamptz,
  drop constraint workflow_runs_status_known,
  add constraint workflow_runs_status_known check
    (status in ('PENDING', 'RUNNING', 'WAITING', 'COMPLETED', 'FAILED', 'CANCELLED')),
  drop constraint workflow_runs_finished_iff_terminal,
  add constraint workflow_runs_finished_iff_terminal
    check ((status in ('PENDING', 'RUNNING', 'WAITING')) = (finished_at is null)),
  add constraint workflow_runs_waiting_has_no_executor
    check (status <> 'WAITING' or executor_id is null);
create index workflow_runs_waiting_idx on workflow_runs (owner_id) where status = 'WAITING';
drop index workflow_runs_open_tick_idx;
create index workflow_runs_open_tick_idx on workflow_runs (schedule_id)
  where schedule_id is not null and finished_at is null;
"""
# Older versions know no pause: what is paused goes on, and its events never spoke of it. That is
# done without the rules on rows, and for all owners.
DOWN = """
alter table run_events no force row level security, disable trigger guard;
update run_events set body = jsonb_set(body, '{status}', '"PENDING"')
where kind = 'run' and body ->> 'status' = 'WAITING';
alter table run_events force row level security, enable trigger guard;
alter table workflow_runs no force row level security, disable trigger guard;
update workflow_runs set status = 'PENDING' where status = 'WAITING';
alter table workflow_runs force row level security, enable trigger guard;
drop index workflow_runs_open_tick_idx;
create index workflow_runs_open_tick_idx on workflow_runs (schedule_id)
  where schedule_id is not null and status in ('PENDING', 'RUNNING');
drop index workflow_runs_waiting_idx;
alter table workflow_runs
  drop constraint workflow_runs_waiting_has_no_executor,
  drop constraint workflow_runs_finished_iff_terminal,
  add constraint workflow_runs_finished_iff_terminal
    check ((status in ('PENDING', 'RUNNING')) = (finished_at is null)),
  drop constraint workflow_runs_status_known,
  add constraint workflow_runs_status_known check
    (status in ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
  drop column resumed_at,
  drop column pause_requested_at;
"""
IS_TERMINAL = """
create or replace function is_terminal(status text) returns boolean language sql immutable
  return status not in ({})
"""
# What the rules on rows say (0001_guards.sql, 0017_statement_guards.sql), before and since: the rest of each stays.
RULES = (
    (
        "guard_run()",
        "      ('RUNNING', 'CANCELLED'))",
        "      ('RUNNING', 'CANCELLED'), ('PENDING', 'WAITING'), ('RUNNING', 'WAITING'),\n"
        "      ('WAITING', 'WAITING'), ('WAITING', 'PENDING'), ('WAITING', 'FAILED'),\n"
        "      ('WAITING', 'CANCELLED'))",
    ),
    (
        "guard_run()",
        "if (old.status, new.status) = ('RUNNING', 'PENDING') then",
        "if old.status = 'RUNNING' and new.status in ('PENDING', 'WAITING') then",
    ),
    (
        "guard_run()",
        "if new.cancel_requested_at is not null and old.cancel_requested_at is null\n",
        "if new.cancel_requested_at is not null and old.cancel_requested_at is null\n"
        "    or new.pause_requested_at is distinct from old.pause_requested_at\n",
    ),
    (
        "check_changed_nodes()",
        "r.status = 'PENDING' and o.status",
        "r.status in ('PENDING', 'WAITING') and o.status",
    ),
)


def upgrade() -> None:
    _run(IS_TERMINAL.format("'PENDING', 'RUNNING', 'WAITING'"))
    for function, before, since in RULES:
        _replace_rule(function, before, since)
    _run(UP)


def downgrade() -> None:
    _run(DOWN)
    for function, before, since in reversed(RULES):
        _replace_rule(function, since, before)
    _run(IS_TERMINAL.format("'PENDING', 'RUNNING'"))


def _replace_rule(function: str, old: str, new: str) -> None:
    definition = op.get_bind().exec_driver_sql(
        f"select pg_get_functiondef('{function}'::regprocedure)"
    )
    text: str = definition.scalar_one()
    if text.count(old) != 1:
        raise RuntimeError(f"{function} does not say {old!r} once: {text}")
    _run(text.replace(old, new))


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
