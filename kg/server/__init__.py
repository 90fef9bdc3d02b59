"""The published graph on the web: a SPARQL endpoint, and a page and data for each entity."""
