"""Model providers, one package each."""
