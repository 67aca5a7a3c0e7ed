"""What nodes do: one file in `tasks/nodes` per node type, over typed values.

Nothing in here knows the database or Prefect: `flows` turns a node into a Prefect task
(`flows.engine.attempt`), so that retries, timeouts, logging and records are the same for all.
"""
