"""SQL that tests of the rules on rows try, on the run `run`."""

from typing import Final

CLAIM: Final = """update workflow_runs set status = 'RUNNING', epoch = epoch + 1, executor_id = 'x',
  lease_until = clock_timestamp() + interval '15 s', started_at = clock_timestamp() where id = %(run)s"""
START_A: Final = """update node_executions set status = 'RUNNING', attempt = 1, epoch = 1,
  started_at = clock_timestamp() where run_id = %(run)s and node_id = 'a'"""
REQUEUE: Final = """update workflow_runs set status = 'PENDING', lease_until = null, executor_id = null
  where id = %(run)s"""
END: Final = """update workflow_runs set status = %(status)s, lease_until = null,
  finished_at = clock_timestamp() where id = %(run)s"""
LEASE_OVER: Final = (
    "update workflow_runs set lease_until = clock_timestamp() - interval '1 s' where id = %(run)s"
)
