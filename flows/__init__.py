"""How a graph runs: read → check → plan → run, each a module of its own.

`check` and `plan` are pure (their parts are in `document`). `start` makes the rows of a run,
`executor` claims them, `execution` brings a claimed run to its end. `run_workflow` is the Prefect
flow around it and `prefect_*` the rest of what touches Prefect, which no other package does.
"""
