"""Where bytes live and how they come in: the content-addressed store and the guarded fetcher."""
