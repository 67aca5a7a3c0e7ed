"""What Prefect starts: the flow, its tasks, deployments, and the work pool."""
