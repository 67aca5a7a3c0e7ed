"""What things are: the document, the values on its edges, runs, problems and errors.

Pydantic models and plain values only: nothing in here reads, writes or waits.
"""
