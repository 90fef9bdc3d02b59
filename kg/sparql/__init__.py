"""Questions in SPARQL, answered by an Oxigraph store in processes of its own."""
