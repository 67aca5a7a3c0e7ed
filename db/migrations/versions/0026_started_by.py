"""Who or what started a run, by the name that it had then."""

from alembic import op

revision = "0026_started_by"
down_revision = "0025_deleted_runs"
branch_labels = None
depends_on = None

UP = """
alter table workflow_runs
  add column started_by jsonb,
  add constraint workflow_runs_started_by_object check (jsonb_typeof(started_by) = 'object'),
  add constraint workflow_runs_started_by_size check (octet_length(started_by::text) <= 4096);
"""
DOWN = "alter table workflow_runs drop column started_by;"
# What functions say, before and since: the rest of each stays.
RULES = (
    (
        "start_run(text, integer, integer, jsonb, jsonb)",
        "total_nodes, traceparent, catalogue_digest)",
        "total_nodes, traceparent, catalogue_digest, started_by)",
    ),
    (
        "start_run(text, integer, integer, jsonb, jsonb)",
        "    run ->> 'catalogue_digest'\n",
        "    run ->> 'catalogue_digest', nullif(run -> 'started_by', 'null')\n",
    ),
    ("guard_run()", "new.created_at, new.scope)", "new.created_at, new.scope, new.started_by)"),
    ("guard_run()", "old.created_at, old.scope)", "old.created_at, old.scope, old.started_by)"),
)


def upgrade() -> None:
    _run(UP)
    for function, before, since in RULES:
        _replace_rule(function, before, since)


def downgrade() -> None:
    for function, before, since in reversed(RULES):
        _replace_rule(function, since, before)
    _run(DOWN)


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
