"""How a graph runs: read → check → plan → compile → run, each a module of its own.

`check` and `plan` are pure. `start` makes the rows of a run, `executor` claims them,
`run_workflow` is the Prefect flow, `node_run` what happens to one node, `journal` the
only writer of node states. Prefect is used in this package and in no other.
"""
