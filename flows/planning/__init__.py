"""From a graph without problems to steps: scope, order, keys, what would be reused. Pure."""
