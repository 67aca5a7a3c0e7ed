"""`nodeloom backup` and `nodeloom restore`: a home in one file, and a home from it."""
