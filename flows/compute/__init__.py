"""Where plain functions of nodes run: child processes here, or a Dask cluster."""
