"""What a machine offers: the home folder, ports, and child processes that never outlive us."""
