"""The Model Context Protocol: functions, and the making of workflows, as tools for agents."""
