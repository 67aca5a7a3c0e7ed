"""Google's Gemini through its own SDK."""
