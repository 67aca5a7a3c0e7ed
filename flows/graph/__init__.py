"""Reading a document and judging its parts: pure, everything wrong reported at once.

`read` turns raw JSON into a graph; `storable`, `identity` and `limits` judge what makes it no
graph at all, `connections` what only a run needs. `check` puts them together; `topology` says
which nodes depend on which.
"""
