"""What outlives a request: the database, the asset store, child processes, subscriptions."""
