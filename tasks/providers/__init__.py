"""Model providers: one folder each, found by `tasks.providers.registry`.

A folder's `__init__` says what the provider is (`PROVIDER`), which is light to import: check, the
API and the command line read it. Its client loads what it needs with the first call.
"""
