"""The 12-megapixel job on Dask."""
