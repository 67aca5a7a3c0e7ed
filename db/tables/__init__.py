"""The tables, one module per noun, and the rules on their columns."""
