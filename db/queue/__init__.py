"""The queue of runs: claims, leases, recovery, states of nodes, events."""
