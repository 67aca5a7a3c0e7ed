"""The parts of Nodeloom that run on one machine: PostgreSQL, Prefect's server, a demo model."""
