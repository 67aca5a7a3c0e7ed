"""What operators see of a process: log lines, metrics, traces.

Nothing here decides anything, and nothing here holds what users wrote: ids, types, codes, counts
and times only. What is not switched on is not imported, but for OpenTelemetry's API (4 ms).
"""
