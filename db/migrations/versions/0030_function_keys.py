"""API keys may be for some functions only."""

from alembic import op

revision = "0030_function_keys"
down_revision = "0029_functions"
branch_labels = None
depends_on = None

UP = """
alter table api_keys
  add column functions text[],
  add constraint api_keys_functions_named check (
    cardinality(functions) between 1 and 20
    and array_to_string(functions, ' ', '') ~ '^[a-z][a-z0-9_]{0,62}( [a-z][a-z0-9_]{0,62})*$'
  ),
  add constraint api_keys_functions_write_nothing check (functions is null or not 'write' = any(scopes));
"""
DOWN = """
-- Without the column they would be good for everything. The owner of the table does not pass by its policies.
alter table api_keys no force row level security;
delete from api_keys where functions is not null;
alter table api_keys force row level security;
alter table api_keys drop column functions;
"""


def upgrade() -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(DOWN)
