"""How many nodes may work, and how often a provider may be called."""
