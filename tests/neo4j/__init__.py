"""A real Neo4j server for tests and for people."""
