"""What Prefect is shown of runs, and what it has to be told of them."""
