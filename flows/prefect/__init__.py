"""All of Prefect: the only package that imports it."""
