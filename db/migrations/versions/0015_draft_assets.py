"""Previews: assets that are there as long as the node works that shows them."""

from alembic import op

revision = "0015_draft_assets"
down_revision = "0014_checked_runs"
branch_labels = None
depends_on = None

GUARD = """
create or replace function guard_asset() returns trigger language plpgsql as $$
declare
  expected assets := old;
begin
  expected.used_at := greatest(old.used_at, new.used_at);
  {rule}
  if new is distinct from expected
  then raise exception 'UPDATE of assets is refused' using errcode = 'WF010'; end if;
  return new;
end $$
"""
RULE = "if old.draft_of is not null then expected.draft_of := new.draft_of; end if;"
"""A draft may be kept, or be shown by another node; what is kept never becomes a draft."""


def upgrade() -> None:
    """Let an asset be a draft of a node execution."""
    op.execute("alter table assets add column draft_of uuid")
    op.execute("create index assets_draft_idx on assets (draft_of) where draft_of is not null")
    op.execute(GUARD.format(rule=RULE))


def downgrade() -> None:
    """Keep no drafts."""
    # The owner of the table does not pass by its policies.
    op.execute("alter table assets no force row level security")
    op.execute("delete from assets where draft_of is not null")
    op.execute("alter table assets force row level security")
    op.execute(GUARD.format(rule=""))
    op.execute("alter table assets drop column draft_of")
