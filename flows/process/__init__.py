"""The process `nodeloom worker`: its executor, leases, metrics and background loops."""
