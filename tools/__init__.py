"""Rules about this repository that no other tool checks; `make lint` runs them."""
