"""Executing one claimed run: from its plan to its end, without Prefect.

`run` is one run, `scheduler` decides what starts when, `node` is one node and `attempt` its work,
`journal` writes its states, `result_cache` finds what need not be done again.
"""
