"""What makes a run: requests, inputs, the start, and a preview of it."""
