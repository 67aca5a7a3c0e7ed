"""What runs inside Prefect's server process: our route that takes records of runs."""
