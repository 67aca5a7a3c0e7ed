"""An email address belongs to one user at most; of doubles the one keeps it who was told of last."""

from alembic import op

revision = "0018_unique_emails"
down_revision = "0017_statement_guards"
branch_labels = None
depends_on = None

UP = """
-- The owner of the table does not pass by its policies.
alter table users no force row level security;
update users set email = lower(email) where email <> lower(email);
-- The others lose nothing but an address to show, which their next message brings again.
update users set email = null from (
  select id, row_number() over (
    partition by email order by synced_at desc nulls last, created_at desc, id
  ) as place from users where email is not null
) as ranked where ranked.id = users.id and place > 1;
alter table users add constraint users_email_key unique (email);
alter table users force row level security;
"""


def upgrade() -> None:
    """Let every address be one user's."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(UP)


def downgrade() -> None:
    """Let several users have one address."""
    op.execute("alter table users drop constraint users_email_key")
