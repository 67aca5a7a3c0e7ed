"""How the editor does with large workflows."""
