"""What chaos is done to: the processes, and the servers that stand in for others."""
