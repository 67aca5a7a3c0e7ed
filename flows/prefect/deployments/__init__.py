"""Prefect's deployments of our workflows, kept in step with their schedules."""
