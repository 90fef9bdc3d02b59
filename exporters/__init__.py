"""Writers of the graph."""
