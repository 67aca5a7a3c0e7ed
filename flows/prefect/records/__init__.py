"""What Prefect records of a run: its nodes as task runs, and artifacts."""
