"""Previews with ids of their own: no two nodes, and no two executors, share one."""

from alembic import op

revision = "0016_own_drafts"
down_revision = "0015_draft_assets"
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
EARLIER_RULE = "if old.draft_of is not null then expected.draft_of := new.draft_of; end if;"


def upgrade() -> None:
    """Let the same bytes be an asset and any number of previews."""
    op.execute(GUARD.format(rule=""))
    op.execute(
        "create unique index assets_content_key on assets (owner_id, sha256, media_type)"
        " where draft_of is null"
    )
    op.execute("alter table assets drop constraint assets_owner_id_sha256_media_type_key")


def downgrade() -> None:
    """Drop the previews: they may have the bytes of other assets."""
    # The owner of the table does not pass by its policies.
    op.execute("alter table assets no force row level security")
    op.execute("delete from assets where draft_of is not null")
    op.execute("alter table assets force row level security")
    op.execute(
        "alter table assets add constraint assets_owner_id_sha256_media_type_key"
        " unique (owner_id, sha256, media_type)"
    )
    op.execute("drop index assets_content_key")
    op.execute(GUARD.format(rule=EARLIER_RULE))
