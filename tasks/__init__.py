"""What nodes do: one file in `tasks/nodes` per node type, over typed values.

Nothing in here knows the database or Prefect: `flows` makes the attempts at a node
(`flows.engine.attempt`), so that retries, timeouts, logging and records are the same for all.
"""
