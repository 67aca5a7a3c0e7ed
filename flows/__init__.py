"""How a graph runs: read → check → plan → run, each a folder of its own.

`graph` reads and checks documents, `planning` turns them into steps; both are pure. `runs` makes
the rows of a run, `process` claims them, `engine` brings a claimed run to its end. `schedules`
starts runs by time, `portable` reads and writes files. All of Prefect is in `prefect`.
"""
