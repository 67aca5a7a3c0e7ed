"""Outputs of events are found by the key of their node, whatever was known of the table at first.

A session plans a function once. Planned while the table was small, each of 200 events of a run read all
of its rows: 130 ms, where it takes 3.
"""

from alembic import op

revision = "0024_events_by_key"
down_revision = "0023_deployments"
branch_labels = None
depends_on = None

FUNCTION = "events_after(text, uuid, bigint, integer, integer)"
BEFORE = """
      select x.output, x.other_outputs from node_executions x
      where e.kind = 'node' and e.body ->> 'status' in ('COMPLETED', 'FAILED')
        and x.id = (e.body ->> 'executionId')::uuid
        and x.run_id = r.id and x.owner_id = r.owner_id
        and octet_length(concat(x.output, x.other_outputs)) <= output_bytes
    ) n on true
"""
SINCE = """
      select x.run_id, x.owner_id, x.output, x.other_outputs from node_executions x
      where e.kind = 'node' and e.body ->> 'status' in ('COMPLETED', 'FAILED')
        and x.id = (e.body ->> 'executionId')::uuid
      offset 0  -- no other condition is looked up by an index
    ) n on n.run_id = r.id and n.owner_id = r.owner_id
        and octet_length(concat(n.output, n.other_outputs)) <= output_bytes
"""


def upgrade() -> None:
    _replace(BEFORE, SINCE)
    _run(f"alter function {FUNCTION} set enable_seqscan = off")


def downgrade() -> None:
    _run(f"alter function {FUNCTION} reset enable_seqscan")
    _replace(SINCE, BEFORE)


def _replace(old: str, new: str) -> None:
    found = op.get_bind().exec_driver_sql(f"select pg_get_functiondef('{FUNCTION}'::regprocedure)")
    text: str = found.scalar_one()
    if text.count(old) != 1:
        raise RuntimeError(f"{FUNCTION} is not as it was: {text}")
    _run(text.replace(old, new))


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
