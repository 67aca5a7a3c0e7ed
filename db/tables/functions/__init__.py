"""The tables of what stands beside a published function."""
