"""Pages for people: the editor and the explanations of error codes."""
