"""Executing one claimed run: from its plan to its end, without Prefect.

`run_execution` is one run, `scheduler` decides what starts when, `node_run` is one node,
`journal` writes its states, `children` do the work of pictures and videos.
"""
