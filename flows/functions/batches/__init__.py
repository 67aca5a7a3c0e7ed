"""Batches: tables read, rows checked before anything runs, rows started a few at a time."""
