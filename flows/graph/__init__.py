"""Reading a document and judging its parts: pure, everything wrong reported at once.

`read` turns raw JSON into a graph; `storable`, `identity` and `limits` judge what makes it no
graph at all, `connections` and `cycles` what only a run needs. `flows.graph.check` puts them together.
"""
