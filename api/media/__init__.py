"""Images on their way through the API: taken out of graphs, made small, drawn."""
