"""What Prefect is shown of runs that were executed outside of it."""
