"""What executors share sparingly: places, rates, order of waiting, leadership."""
