"""Who is asking: credentials read, judged, and turned into an identity."""
