"""Values of a run's declared inputs, and where its declared outputs come from."""

from alembic import op

revision = "0028_declared_inputs"
down_revision = "0027_favourite_results"
branch_labels = None
depends_on = None

UP = """
alter table workflow_runs
  add column input_values jsonb,
  add column declared_outputs jsonb,
  add constraint workflow_runs_input_values_object check (jsonb_typeof(input_values) = 'object'),
  add constraint workflow_runs_input_values_size check (octet_length(input_values::text) <= 2097152),
  add constraint workflow_runs_declared_outputs_object
    check (jsonb_typeof(declared_outputs) = 'object'),
  add constraint workflow_runs_declared_outputs_size
    check (octet_length(declared_outputs::text) <= 131072);
"""
DOWN = "alter table workflow_runs drop column input_values, drop column declared_outputs;"
# What functions say, before and since: the rest of each stays.
RULES = (
    (
        "start_run(text, integer, integer, jsonb, jsonb)",
        "catalogue_digest, started_by)",
        "catalogue_digest, started_by, declared_outputs)",
    ),
    (
        "start_run(text, integer, integer, jsonb, jsonb)",
        "nullif(run -> 'started_by', 'null')\n",
        "nullif(run -> 'started_by', 'null'),\n    nullif(run -> 'declared_outputs', 'null')\n",
    ),
    (
        "guard_run()",
        "new.scope, new.started_by)",
        "new.scope, new.started_by, new.input_values, new.declared_outputs)",
    ),
    (
        "guard_run()",
        "old.scope, old.started_by)",
        "old.scope, old.started_by, old.input_values, old.declared_outputs)",
    ),
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
